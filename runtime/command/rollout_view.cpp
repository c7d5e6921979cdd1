#include "runtime/command/rollout_view.hpp"

#include <fmt/format.h>

#include "runtime/command/human.hpp"

namespace drydock::command {
namespace {

class Reading {  // remembers the first field that is missing
 public:
  std::uint64_t number(const Json& object, const char* name) {
    const auto value = number_in(object, name);
    if (!value && missing_.empty()) missing_ = name;
    return value.value_or(0);
  }
  std::string text(const Json& object, const char* name) {
    const auto value = text_in(object, name);
    if (!value && missing_.empty()) missing_ = name;
    return clean(value.value_or(""));
  }
  const std::string& missing() const { return missing_; }

 private:
  std::string missing_;
};

}  // namespace

Result<RolloutView> read_rollout(const Json& object) {
  Reading read;
  RolloutView view;
  const Json& tally = object_in(object, "tally");
  view.rollout = read.number(object, "rollout");
  view.version = read.text(object, "version");
  view.phase = read.text(object, "phase");
  view.targets = read.number(object, "targets");
  view.in_flight = read.number(object, "in_flight");
  view.proposed = read.number(object, "proposed");
  view.failures = read.number(object, "failures");
  view.failure_limit = read.number(object, "failure_limit");
  const std::uint64_t committed = read.number(tally, "committed");
  const std::uint64_t late = read.number(tally, "failed_late");
  view.committed = committed - std::min(committed, late);
  view.ended_badly = late + read.number(tally, "install_failed") +
                     read.number(tally, "rolled_back") + read.number(tally, "silent");
  view.moved_by = read.text(object, "moved_by");
  // A centre of an earlier version says neither.
  view.waits_for = clean(text_in(object, "waits_for").value_or(""));
  view.waits = milliseconds(static_cast<std::int64_t>(
      std::min<std::uint64_t>(number_in(object, "waits_ms").value_or(0), INT64_MAX)));
  if (read.missing().empty()) return view;
  return Error{ErrorKind::malformed,
               fmt::format("the centre's answer about the rollout lacks \"{}\"; its version may "
                           "not fit this command's",
                           read.missing())};
}

RolloutEnd end_of(const RolloutView& rollout) {
  if (rollout.phase == "halted") return RolloutEnd::halted;
  if (rollout.phase == "paused" || rollout.phase == "held" || rollout.phase == "expired")
    return RolloutEnd::paused;
  if (rollout.phase != "running" || rollout.targets == 0) return RolloutEnd::not_yet;
  if (rollout.committed >= rollout.targets) return RolloutEnd::complete;
  const bool idle = rollout.in_flight == 0 && rollout.proposed == 0;
  return idle && rollout.committed + rollout.ended_badly >= rollout.targets ? RolloutEnd::settled
                                                                            : RolloutEnd::not_yet;
}

std::string_view name_of(RolloutEnd end) {
  switch (end) {
    case RolloutEnd::not_yet: return "not_yet";
    case RolloutEnd::complete: return "complete";
    case RolloutEnd::settled: return "settled";
    case RolloutEnd::halted: return "halted";
    case RolloutEnd::paused: return "paused";
  }
  return "unknown";
}

void Pace::saw(Instant at, std::uint64_t committed) {
  samples_.push_back({at, committed});
  if (samples_.size() > samples_max) samples_.pop_front();
}

double Pace::committed_per_minute() const {
  if (samples_.size() < 2) return 0;
  const Duration span = samples_.back().at - samples_.front().at;
  if (span.value <= 0 || samples_.back().committed <= samples_.front().committed) return 0;
  const auto more = static_cast<double>(samples_.back().committed - samples_.front().committed);
  return more * 60'000 / static_cast<double>(span.value);
}

std::optional<Duration> Pace::remaining(std::uint64_t left) const {
  const double pace = committed_per_minute();
  if (pace <= 0) return std::nullopt;
  constexpr double longest_ms = 1e15;
  const double ms = static_cast<double>(left) / pace * 60'000;
  return milliseconds(static_cast<std::int64_t>(std::min(ms, longest_ms)));
}

}  // namespace drydock::command
