#include "runtime/shell/appliance/gather.hpp"

#include <algorithm>
#include <future>

namespace drydock::shell {
namespace {

// A copy of M's state; the look may outlive our wait, so it owns what it writes to.
template <class M>
std::optional<typename M::Store> state_of(ApplianceDirectory& directory) {
  auto promise = std::make_shared<std::promise<typename M::Store>>();
  auto future = promise->get_future();
  caf::anon_send(directory.get<M>(), Inspect<M>{[promise](const Stepper<M>& stepper) {
                   promise->set_value(stepper.store());
                 }});
  promise.reset();
  if (future.wait_for(look_timeout) != std::future_status::ready) return std::nullopt;
  try {
    return future.get();
  } catch (const std::future_error&) {  // the actor ended without looking
    return std::nullopt;
  }
}

void add_reports(appliance::Figures& out, const Reporter::State& reporter) {
  const std::uint32_t delivered = std::max(reporter.acknowledged.value, reporter.oldest.value - 1);
  out.reports_owed = reporter.newest.value - std::min(delivered, reporter.newest.value);
}

void add_checks(appliance::Figures& out, const Healer::State& healer, const Seen& seen) {
  const auto add = [&](HostCheck check, const Healer::Rule& rule) {
    out.checks.push_back(
        {check, seen.looks[static_cast<std::size_t>(check)].load(), rule.drifted, rule.escalated});
  };
  add(HostCheck::disk, healer.disk);
  add(HostCheck::clock, healer.clock);
  add(HostCheck::process, healer.process);
}

}  // namespace

std::optional<appliance::Figures> gather(const GatherFrom& from) {
  const auto scheduler = state_of<Scheduler>(from.directory);
  const auto reporter = scheduler ? state_of<Reporter>(from.directory) : std::nullopt;
  const auto healer = reporter ? state_of<Healer>(from.directory) : std::nullopt;
  if (!healer) return std::nullopt;
  appliance::Figures out;
  out.site = from.site;
  out.running = scheduler->running;
  out.active = scheduler->active;
  out.on_trial = scheduler->on_trial;
  out.up = from.now - from.started;
  out.answered = from.seen.answered;
  out.failed = from.seen.failed;
  if (const auto at = from.seen.answered_up_ms.load(); at != Seen::never)
    out.answered_ago = from.now - Instant{at};
  out.journal_bytes = appliance::folder_bytes(from.journal_folder);
  add_reports(out, *reporter);
  add_checks(out, *healer, from.seen);
  return out;
}

}  // namespace drydock::shell
