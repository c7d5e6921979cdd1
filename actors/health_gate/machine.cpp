#include "actors/health_gate/machine.hpp"

#include "messages/returns.hpp"
#include "runtime/kernel/overloaded.hpp"

namespace drydock {
namespace {

using G = HealthGate;
using S = HealthGate::State;
using Phase = HealthGate::Phase;
using Out = HealthGate::Out;

void arm(S& s, G::Timer timer, Duration after, Out& out) {
  out.add(ArmTimer{static_cast<std::uint8_t>(timer), ++s.generation, after});
}

std::uint8_t bounded(std::uint8_t checks) {
  return checks < G::checks_max ? checks : G::checks_max;
}

void run_checks(S& s, Out& out) {
  const std::uint8_t checks = bounded(s.checks);
  s.pending = checks >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << checks) - 1;
  s.failed_check = 0xFF;
  s.failed_reason = Reason::none;
  for (std::uint8_t i = 0; i < checks; ++i) out.add(G::RunCheck{i});
}

// --- at boot -------------------------------------------------------------------------------

void record(S& s, GateVerdict verdict, Out& out) {
  out.add(G::RecordVerdict{verdict, s.update, s.attempt, s.failed_reason, s.failed_check});
}

void conclude_attempt(S& s, Out& out) {
  s.phase = Phase::concluded;
  if (s.failed_reason == Reason::none) {
    record(s, GateVerdict::passed, out);
    out.add(G::Conclude{0});
  } else if (s.attempt < G::attempts_max) {
    record(s, GateVerdict::failed, out);
    out.add(G::Conclude{1});
  } else {
    record(s, GateVerdict::fell_back, out);
    out.add(G::FallBack{s.update});
    out.add(G::Conclude{2});
  }
}

void boot_observed(S& s, const G::BootObserved& e, Out& out) {
  s.boot = e.boot;
  s.update = e.update;
  s.attempt = static_cast<std::uint8_t>(
      e.tries_left < G::attempts_max ? G::attempts_max - e.tries_left : 0);
  s.checks = bounded(e.checks);
  s.required = e.required;
  if (e.trial == Slot::none) {
    s.phase = Phase::concluded;
    out.add(G::Conclude{0});
  } else if (e.active == e.trial) {
    s.phase = Phase::verifying;
    s.failed_reason = Reason::none;
    if (s.checks == 0) return conclude_attempt(s, out);
    arm(s, G::Timer::verify, G::verify_patience, out);
    run_checks(s, out);
  } else if (e.active == e.good) {
    // The firmware came back: the trial never reached its own gate, or could not be counted.
    s.phase = Phase::concluded;
    s.attempt = static_cast<std::uint8_t>(G::attempts_max -
                                          (e.tries_left < G::attempts_max ? e.tries_left : 0));
    s.failed_reason = Reason::boot_never_came_up;
    record(s, GateVerdict::fell_back, out);
    out.add(G::FallBack{s.update});
    out.add(G::Conclude{0});
  } else {
    s.phase = Phase::concluded;  // which slot runs is not known: claim nothing
    s.failed_reason = Reason::unexpected_slot;
    record(s, GateVerdict::unknown, out);
    out.add(G::Conclude{1});
  }
}

// A reboot that a person asks for during the trial is no failure of the release. Of one that failed
// its gate, or came to its deadline, the reboot is our own. And a release that stops itself again
// and again runs out of excuses.
void stop_observed(S& s, const G::StopObserved& e, Out& out) {
  const bool on_trial = e.trial != Slot::none && e.active == e.trial;
  const bool ours = e.verdict == GateVerdict::failed || e.verdict == GateVerdict::fell_back ||
                    e.since_boot >= e.boot_deadline;
  if (on_trial && !ours && e.excuses < G::excuses_max && e.tries_left < G::attempts_max) {
    s.boot = e.boot;
    s.update = e.update;
    s.attempt = static_cast<std::uint8_t>(G::attempts_max - e.tries_left);
    s.failed_reason = Reason::none;
    s.failed_check = 0xFF;
    record(s, GateVerdict::excused, out);
    out.add(G::GiveBackTry{e.update});
  }
  out.add(G::Conclude{0});
}

// --- the agent -----------------------------------------------------------------------------

UpdateOutcome outcome(const S& s, Reason reason, std::uint8_t attempt, const Text<40>& detail) {
  return {s.rollout, s.update, s.version, reason, attempt, detail};
}

// What boot state and gate.log call the trial.
UpdateId trial_of(const S& s) { return s.on_return ? return_of(s.update) : s.update; }

bool proving(const S& s) {
  return s.phase == Phase::armed || s.phase == Phase::passed || s.phase == Phase::committing;
}

void commit(S& s, Out& out) {
  s.phase = Phase::committing;
  out.add(G::CommitSlot{s.boot, trial_of(s)});
}

// A release proves itself on local facts; a return only by reaching the centre.
void commit_when_proven(S& s, Out& out) {
  const bool reached = !s.on_return || s.reach_by_s == 0;
  if (s.phase == Phase::passed && s.ready && reached) commit(s, out);
}

void forget(S& s) {
  s.phase = Phase::idle;
  s.update = {};
  s.version = {};
  s.rollout = {};
  s.commit_tries = s.passed_attempt = 0;
  s.reach_by_s = 0;
  s.on_return = false;
  ++s.generation;
}

// Says what became of the trial. A stop may have lost it on its way to the others, so it is said
// again after every restart; they count it once.
void tell(const S& s, Out& out) {
  switch (s.phase) {
    case Phase::soaking:
    case Phase::soak_checking:
    case Phase::unreached: return out.add(Committed{outcome(s, Reason::none, s.attempt, {})});
    case Phase::rolled_back: return out.add(RolledBack{outcome(s, s.failed_reason, s.attempt, {})});
    case Phase::failed_late: return out.add(FailedLate{outcome(s, s.failed_reason, s.attempt, {})});
    case Phase::idle:
    case Phase::verifying:
    case Phase::concluded:
    case Phase::armed:
    case Phase::passed:
    case Phase::committing: return;
  }
}

void roll_back(S& s, Reason reason, const Text<40>& detail, Out& out) {
  s.phase = Phase::rolled_back;
  s.failed_reason = reason;
  ++s.generation;
  out.add(RolledBack{outcome(s, reason, s.attempt, detail)});
}

// --- the return to the slot before ------------------------------------------------------------

std::uint32_t in_seconds(Instant at) {
  const std::int64_t s = at.value / 1000 + 1;
  return s < 1 ? 1 : s < UINT32_MAX ? static_cast<std::uint32_t>(s) : UINT32_MAX;
}

void await_centre(const S& s, const Turn& turn, Out& out) {
  const Instant due{std::int64_t{s.reach_by_s} * 1000};
  const Duration left = due - turn.up;
  out.add(ArmTimer{static_cast<std::uint8_t>(G::Timer::reach), s.reach_by_s,
                   left < seconds(1) ? seconds(1) : left});
}

// The centre was reached from the slot before: the release was at fault, and that slot is good.
void returned(S& s) {
  s.phase = Phase::failed_late;
  s.failed_reason = Reason::unreachable;
  s.on_return = false;
  s.reach_by_s = 0;
  ++s.generation;
}

// The slot before did not reach it either, or did not come up. It is tried once.
void return_over(S& s) {
  s.reach_by_s = 0;
  if (s.on_return || s.phase == Phase::unreached) forget(s);
}

void centre_reached(S& s, Out& out) {
  s.reach_by_s = 0;
  if (s.phase == Phase::unreached) return forget(s);
  commit_when_proven(s, out);
}

void reach_overdue(S& s, const Turn& turn, Out& out) {
  const bool committed = s.phase == Phase::soaking || s.phase == Phase::soak_checking ||
                         s.phase == Phase::unreached || s.phase == Phase::failed_late;
  if (!committed) return;
  // Whatever keeps the return from coming about: it is asked for again.
  s.reach_by_s = in_seconds(turn.up + G::return_retry);
  out.add(ReturnDue{s.update});
  await_centre(s, turn, out);
}

void limits_set(S& s, const G::LimitsSet& e, const Turn& turn, Out& out) {
  if (s.on_trial && proving(s)) {
    s.reach_by_s = in_seconds(turn.up + e.return_after);
    const Duration left = e.boot_deadline + e.since_boot * -1;
    out.add(ArmTimer{static_cast<std::uint8_t>(G::Timer::deadline), 0,
                     left < seconds(1) ? seconds(1) : left});
  } else if (s.reach_by_s != 0) {
    await_centre(s, turn, out);
  }
}

// This boot of a trial has had its time. GRUB counted it; three of these lead back.
void deadline_over(S& s, Out& out) {
  if (!s.on_trial || !proving(s)) return;
  const bool wait = s.phase == Phase::committing;
  if (!wait) out.add(AttemptOver{trial_of(s)});
  out.add(ArmTimer{static_cast<std::uint8_t>(G::Timer::deadline), 0,
                   wait ? G::commit_patience : G::reboot_patience});
}

// --- restarts, gate.log, the commit -----------------------------------------------------------

// The committing turn is on record, the answer is not. In a later boot only the boot state can
// tell: a slot is marked good by root-helper alone, and only after this gate's verdict.
void resume_commit(S& s, const Restarted& e) {
  const bool runs = s.on_return ? e.running != s.version : e.running == s.version;
  if (e.trial != Slot::none || !runs)
    s.phase = Phase::armed;  // not committed: this boot must prove itself, or has fallen back
  else if (s.on_return)
    returned(s);
  else
    s.phase = Phase::soaking;
}

// A trial in the boot state that is not the one we know of.
void adopt_trial(S& s, const Restarted& e) {
  if (s.update && e.trial_update == return_of(s.update)) {
    s.on_return = true;
    s.attempt = s.passed_attempt = 0;
    s.failed_reason = Reason::none;
    ++s.generation;  // a soak that still ran is over
  } else {           // out of a journal that was lost
    forget(s);
    s.update = e.trial_update;
    s.version = e.running;
  }
  s.phase = Phase::armed;
}

void restarted(S& s, const Restarted& e, Out& out) {
  const bool rebooted = e.boot != s.boot;
  s.boot = e.boot;
  s.checks = bounded(e.checks);
  s.required = e.required;
  s.soak = e.soak;
  s.ready = false;
  s.pending = 0;
  s.commit_tries = 0;
  s.on_trial = e.trial != Slot::none && e.trial == e.active;
  s.armed_here = s.armed_here && !rebooted;
  if (s.on_trial && (s.phase == Phase::idle || trial_of(s) != e.trial_update)) adopt_trial(s, e);
  if (s.phase == Phase::passed && rebooted) s.phase = Phase::armed;  // each boot proves itself
  if (s.phase == Phase::committing && rebooted) resume_commit(s, e);
  if (s.phase == Phase::soaking || s.phase == Phase::soak_checking) {
    s.phase = Phase::soaking;
    arm(s, G::Timer::soak, s.soak, out);
  }
  tell(s, out);
  out.add(G::ReadGateLog{s.log_seq + 1});
}

void log_read(S& s, const G::GateLogRead& e, Out& out) {
  if (e.seq <= s.log_seq) return;  // imported exactly once
  s.log_seq = e.seq;
  if (s.update && e.update == return_of(s.update) && e.verdict == GateVerdict::fell_back)
    return return_over(s);
  const bool under_way = proving(s);
  if (!under_way && e.update != s.update && e.verdict == GateVerdict::fell_back) {
    // The arming of this trial was lost to us; its end is not. What we told of an earlier one is
    // over.
    forget(s);
    s.update = e.update;
    s.attempt = e.attempt;
    return roll_back(s, e.reason, e.detail, out);
  }
  if (!under_way || e.update != trial_of(s)) return;
  s.attempt = e.attempt;
  switch (e.verdict) {
    case GateVerdict::passed:
      s.passed_attempt = e.attempt;
      if (e.boot == s.boot && s.phase == Phase::armed) s.phase = Phase::passed;
      return;
    case GateVerdict::failed: s.failed_reason = e.reason; return;
    case GateVerdict::fell_back: {
      // The last attempt passed its gate: it did come up, and its agent was never ready.
      const bool came_up = s.passed_attempt != 0 && s.passed_attempt == e.attempt &&
                           e.reason == Reason::boot_never_came_up;
      return roll_back(s, came_up ? Reason::agent_not_ready : e.reason, e.detail, out);
    }
    case GateVerdict::excused: s.passed_attempt = 0; return;  // that attempt comes again
    case GateVerdict::unknown: return;
  }
}

void log_ended(S& s, Out& out) {
  if (s.phase == Phase::committing) commit(s, out);  // asked before a stop: ask again
  commit_when_proven(s, out);
  if (s.phase != Phase::armed || s.armed_here || s.on_trial) return;
  if (s.on_return) return return_over(s);
  // A boot after the arming, not of the trial, and nobody wrote why: the trial is over, unproven.
  roll_back(s, Reason::unexpected_slot, {}, out);
}

void commit_ended(S& s, const G::CommitEnded& e, const Turn& turn, Out& out) {
  if (s.phase != Phase::committing || e.update != trial_of(s)) return;
  if (e.reason == Reason::none && s.on_return) {
    returned(s);
    return tell(s, out);
  }
  if (e.reason == Reason::none) {
    s.phase = Phase::soaking;
    tell(s, out);
    if (s.reach_by_s != 0) await_centre(s, turn, out);
    return arm(s, G::Timer::soak, s.soak, out);
  }
  if (++s.commit_tries < G::commit_tries_max) return arm(s, G::Timer::commit, G::commit_retry, out);
  // Not committed and not ready to be: the boot deadline reboots the box, GRUB counts it.
  s.phase = Phase::armed;
}

void soak_over(S& s, Out& out) {
  if (s.failed_reason != Reason::none) {
    s.phase = Phase::failed_late;
    tell(s, out);
  } else if (s.reach_by_s != 0) {
    s.phase = Phase::unreached;
  } else {
    forget(s);
  }
}

void check_finished(S& s, const G::CheckFinished& e, Out& out) {
  const bool running = s.phase == Phase::verifying || s.phase == Phase::soak_checking;
  const std::uint64_t bit = e.index < 64 ? std::uint64_t{1} << e.index : 0;
  if (!running || (s.pending & bit) == 0) return;
  s.pending &= ~bit;
  if ((s.required & bit) != 0 && e.outcome != CheckOutcome::pass &&
      s.failed_reason == Reason::none) {
    s.failed_check = e.index;
    s.failed_reason =
        e.outcome == CheckOutcome::fail ? Reason::check_failed : Reason::check_unknown;
  }
  if (s.pending != 0) return;
  if (s.phase == Phase::verifying)
    conclude_attempt(s, out);
  else
    soak_over(s, out);
}

// What has not answered by now is unknown, and a required unknown fails the attempt.
void patience_over(S& s, Out& out) {
  if ((s.pending & s.required) != 0 && s.failed_reason == Reason::none) {
    s.failed_reason = Reason::check_unknown;
    std::uint8_t index = 0;
    while (((s.pending & s.required) >> index & 1) == 0) ++index;
    s.failed_check = index;
  }
  s.pending = 0;
  if (s.phase == Phase::verifying)
    conclude_attempt(s, out);
  else
    soak_over(s, out);
}

void timer_fired(S& s, const TimerFired& e, const Turn& turn, Out& out) {
  const auto timer = static_cast<G::Timer>(e.tag);
  if (timer == G::Timer::deadline) return deadline_over(s, out);
  if (timer == G::Timer::reach) {
    if (s.reach_by_s != 0 && e.generation == s.reach_by_s) reach_overdue(s, turn, out);
    return;
  }
  if (e.generation != s.generation) return;
  if (timer == G::Timer::verify &&
      (s.phase == Phase::verifying || s.phase == Phase::soak_checking)) {
    patience_over(s, out);
  } else if (timer == G::Timer::commit && s.phase == Phase::committing) {
    commit(s, out);
  } else if (timer == G::Timer::soak && s.phase == Phase::soaking) {
    s.phase = Phase::soak_checking;
    run_checks(s, out);
    if (s.pending == 0) return soak_over(s, out);
    arm(s, G::Timer::verify, G::verify_patience, out);
  }
}

}  // namespace

void HealthGate::step(State& s, const Event& event, const Turn& turn, Out& out) noexcept {
  std::visit(overloaded{
                 [&](const BootObserved& e) { boot_observed(s, e, out); },
                 [&](const StopObserved& e) { stop_observed(s, e, out); },
                 [&](const CheckFinished& e) { check_finished(s, e, out); },
                 [&](const TimerFired& e) { timer_fired(s, e, turn, out); },
                 [&](const Restarted& e) { restarted(s, e, out); },
                 [&](const TrialArmed& e) {
                   s.phase = Phase::armed;
                   s.update = e.outcome.update;
                   s.version = e.outcome.version;
                   s.rollout = e.outcome.rollout;
                   s.armed_here = true;
                   s.on_return = false;
                   s.reach_by_s = 0;
                   s.attempt = s.passed_attempt = 0;
                   s.failed_reason = Reason::none;
                   ++s.generation;  // a soak that still ran is over
                 },
                 [&](const GateLogRead& e) { log_read(s, e, out); },
                 [&](const GateLogEnded&) { log_ended(s, out); },
                 [&](const AgentReady& e) {
                   if (e.boot != s.boot) return;
                   s.ready = true;
                   commit_when_proven(s, out);
                 },
                 [&](const CommitEnded& e) { commit_ended(s, e, turn, out); },
                 [&](const TrialWithdrawn& e) {
                   const bool unused = s.phase == Phase::armed && s.armed_here;
                   if (unused && e.update == s.update) forget(s);
                 },
                 [&](const LimitsSet& e) { limits_set(s, e, turn, out); },
                 [&](const CentreReached&) { centre_reached(s, out); },
                 [&](const ReturnRefused& e) {
                   // root-helper's last word; anything else is tried again.
                   if (e.update == s.update && !s.on_return && e.reason == Reason::helper_refused)
                     return_over(s);
                 },
             },
             event);
}

}  // namespace drydock
