#include "runtime/boot/helper/helper.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "messages/returns.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/boot/gate_log.hpp"
#include "runtime/boot/helper/command.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::boot {
namespace {

HelperFailure failure_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::io:
    case ErrorKind::unreachable: return HelperFailure::io;
    case ErrorKind::no_space: return HelperFailure::no_space;
    case ErrorKind::not_found: return HelperFailure::not_found;
    case ErrorKind::malformed: return HelperFailure::malformed;
    case ErrorKind::refused: return HelperFailure::refused;
    case ErrorKind::mismatch: return HelperFailure::mismatch;
    case ErrorKind::timed_out: return HelperFailure::timed_out;
  }
  return HelperFailure::io;
}

}  // namespace

Helper::Helper(HelperConfig config, Orders orders, Ledger ledger, Clock now)
    : config_(std::move(config)),
      orders_(std::move(orders)),
      ledger_(std::move(ledger)),
      now_(std::move(now)),
      store_(config_.layout.esp()),
      stub_store_(config_.layout.esp(), stubs_prefix),
      stub_places_(config_.layout.esp()) {
  ASSERT(now_ && !config_.reboot.empty() && !config_.restart.empty());
}

Helper::Reply Helper::serve(std::string_view request, int attached) {
  HelperRequest asked;
  const bool known = decode_from(request, asked);
  Outcome outcome =
      known ? std::visit([&](const auto& verb) { return act(verb, attached); }, asked)
            : Outcome(Refusal{Reason::helper_refused,
                              {ErrorKind::malformed,
                               "the request is malformed or of a verb this helper does not know"}});
  Reply reply;
  if (known) reply.verb = std::visit([](const auto& verb) { return verb.name; }, asked);
  if (outcome) {
    reply.descriptor = std::move(*outcome);
  } else {
    reply.answer.failure = failure_of(outcome.refusal().error.kind);
    reply.answer.reason = outcome.refusal().reason;
    reply.answer.text = outcome.refusal().error.text;
  }
  reply.answer.state = state();
  return reply;
}

HelperState Helper::state() const {
  HelperState out;
  const LoadedBootState loaded = store_.load();
  for (const auto& damage : loaded.damage) out.damaged_copies += damage ? 1 : 0;
  if (loaded.state) {
    out.good = loaded.state->good;
    out.trial = loaded.state->trial;
    out.trial_update = loaded.state->update;
    out.boot_state_seq = loaded.state->seq;
  }
  if (const auto boot = current_boot(config_.layout)) out.boot = *boot;
  if (const auto active = active_slot(config_.layout, loaded.state)) out.active = *active;
  if (const auto tries = store_.load_tries(); tries && tries->update) {
    out.counted_update = *tries->update;
    out.tries_left = tries->left;
  }
  if (const auto said = boot_arguments(config_.layout)) out.stub = said->stub;
  if (const auto stubs = stub_store_.load().state) {
    out.good_stub = stubs->good;
    out.trial_stub = stubs->trial;
    out.trial_stub_serial = stubs->update.value;
  }
  if (const auto size = slot_size(config_.layout, Slot::a)) out.slot_a_bytes = *size;
  if (const auto size = slot_size(config_.layout, Slot::b)) out.slot_b_bytes = *size;
  return out;
}

Checked<Helper::Footing> Helper::stand_on_good_slot() {
  const LoadedBootState loaded = store_.load();
  const auto active = active_slot(config_.layout, loaded.state);
  if (!active) return Refusal{Reason::unexpected_slot, active.error()};
  if (!loaded.state) {
    const BootState rebuilt_state = rebuilt(*active);
    if (auto stored = store_.store(rebuilt_state); !stored) return io_error(stored.error());
    return Footing{rebuilt_state, *active, other(*active)};
  }
  if (loaded.state->good != *active)
    return refuse(
        Reason::unexpected_slot,
        fmt::format("slot {} runs, but slot {} is the good one; a trial must be committed "
                    "or must fall back before anything else is installed",
                    name_of(*active), name_of(loaded.state->good)));
  return Footing{*loaded.state, *active, other(*active)};
}

Helper::Outcome Helper::act(const HelperStatus&, int) { return files::UniqueFd(); }

Helper::Outcome Helper::act(const DisarmTrial&, int) {
  const auto now = store_.load().state;
  if (!now)
    return Refusal{Reason::helper_refused,
                   {ErrorKind::not_found, "no copy of the boot state is readable"}};
  if (now->trial == Slot::none) return files::UniqueFd();
  const auto next = disarm(*now);
  if (!next) return Refusal{Reason::helper_refused, next.error()};
  if (auto stored = store_.store(*next); !stored) return io_error(stored.error());
  return files::UniqueFd();
}

Helper::Outcome Helper::act(const CommitTrial& asked, int) {
  const auto boot = current_boot(config_.layout);
  if (!boot) return io_error(boot.error());
  if (asked.boot != *boot)
    return refuse(Reason::helper_refused, fmt::format("boot {} is over, this is boot {}",
                                                      hex(asked.boot.value), hex(boot->value)));
  const auto passed = passed_the_gate(asked.boot, asked.update);
  if (!passed) return io_error(passed.error());
  if (!*passed)
    return refuse(Reason::helper_refused,
                  fmt::format("the health gate has not passed update {} in this boot",
                              hex(asked.update.value)));
  const auto now = store_.load().state;
  const auto active = active_slot(config_.layout, now);
  if (!active) return Refusal{Reason::unexpected_slot, active.error()};
  // The answer to an earlier commit was lost: it is done.
  if (now && now->trial == Slot::none && now->good == *active) return files::UniqueFd();
  const auto next =
      now ? commit(*now, *active, asked.update)
          : Result<BootState>(Error{ErrorKind::not_found, "no copy of the boot state is readable"});
  if (!next) return Refusal{Reason::unexpected_slot, next.error()};
  // Before the commit: until then the slot it names is the good one, and no return leads there.
  if (auto s = keep_return_right(now->good, asked.update); !s) return io_error(s.error());
  if (auto stored = store_.store(*next); !stored) return io_error(stored.error());
  return files::UniqueFd();
}

Status Helper::keep_return_right(Slot previous, UpdateId update) {
  const auto right = ledger_.return_right();
  if (!right) return right.error();
  const bool is_return = right->update && return_of(right->update) == update;
  return ledger_.store(is_return ? ReturnRight{} : ReturnRight{previous, update});
}

// Once for each commit, and only to the slot that was good before it and was not written since: an
// agent that nobody can trust any more gains one boot of the previous release, never an older one.
Helper::Outcome Helper::act(const ArmReturn& asked, int) {
  auto footing = stand_on_good_slot();
  if (!footing) return footing.refusal();
  const BootState& state = footing->state;
  const UpdateId trial = return_of(asked.update);
  if (state.trial == footing->standby && state.update == trial) return files::UniqueFd();
  const auto right = ledger_.return_right();
  if (!right) return io_error(right.error());
  if (!asked.update || right->slot != footing->standby || right->update != asked.update)
    return refuse(Reason::helper_refused,
                  fmt::format("slot {} is not the one that ran before update {}",
                              name_of(footing->standby), hex(asked.update.value)));
  // GRUB's counter remembers the trial: it was booted, and led back here.
  const auto tries = store_.load_tries();
  if (tries && tries->update == trial)
    return refuse(Reason::helper_refused, fmt::format("slot {} was returned to after this update",
                                                      name_of(footing->standby)));
  if (auto s = store_.ensure_tries(); !s) return io_error(s.error());
  const auto next = arm(state, footing->standby, trial);
  if (!next) return Refusal{Reason::helper_refused, next.error()};
  if (auto stored = store_.store(*next); !stored) return io_error(stored.error());
  return files::UniqueFd();
}

// Tries are set, not added, so that asking twice gives back one.
Helper::Outcome Helper::act(const ExcuseTrial& asked, int) {
  const auto boot = current_boot(config_.layout);
  if (!boot) return io_error(boot.error());
  const auto said = words_of_the_gate(*boot, asked.update);
  if (!said) return io_error(said.error());
  if (asked.boot != *boot || said->empty() || said->back().kind != GateKind::excused)
    return refuse(Reason::helper_refused,
                  fmt::format("the health gate has not excused boot {} of update {}",
                              hex(asked.boot.value), hex(asked.update.value)));
  if (auto s = store_.give_back_try(asked.update, said->back().attempt); !s)
    return Refusal{Reason::helper_refused, s.error()};
  return files::UniqueFd();
}

Result<std::vector<GateRecord>> Helper::words_of_the_gate(BootId boot, UpdateId update) const {
  const std::string path = config_.layout.update_folder() + "/gate.log";
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return files::last_error("finding", path);
  if (!S_ISREG(about.st_mode) || about.st_uid != ::geteuid() || (about.st_mode & 022) != 0)
    return Error{
        ErrorKind::refused,
        fmt::format("{} could have been written by someone else than uid {}", path, ::geteuid())};
  auto log = GateLog(config_.layout.update_folder()).read();
  if (!log) return log.error();
  std::vector<GateRecord> out;
  for (GateRecord& record : log->records)
    if (record.boot == boot && record.update == update) out.push_back(std::move(record));
  return out;
}

// The newest verdict on this update in this boot counts.
Result<bool> Helper::passed_the_gate(BootId boot, UpdateId update) const {
  const auto said = words_of_the_gate(boot, update);
  if (!said) return said.error();
  bool passed = false;
  for (const GateRecord& record : *said) {
    if (record.kind == GateKind::passed) passed = true;
    if (record.kind == GateKind::failed) passed = false;
  }
  return passed;
}

Helper::Outcome Helper::act(const RebootHost&, int) {
  if (auto s = run_command(config_.reboot); !s) return Refusal{Reason::helper_refused, s.error()};
  return files::UniqueFd();
}

Helper::Outcome Helper::act(const RestartUnit& asked, int) {
  if (std::find(config_.units.begin(), config_.units.end(), asked.unit) == config_.units.end())
    return refuse(Reason::helper_refused,
                  fmt::format("\"{}\" is not on the list of units that may be restarted",
                              asked.unit.substr(0, 64)));
  auto argv = config_.restart;
  argv.push_back(asked.unit);
  if (auto s = run_command(argv); !s) return Refusal{Reason::helper_refused, s.error()};
  return files::UniqueFd();
}

}  // namespace drydock::boot
