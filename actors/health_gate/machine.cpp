#include "actors/health_gate/machine.hpp"

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

// --- the agent -----------------------------------------------------------------------------

UpdateOutcome outcome(const S& s, Reason reason, std::uint8_t attempt, const Text<40>& detail) {
  return {s.rollout, s.update, s.version, reason, attempt, detail};
}

void commit(S& s, Out& out) {
  s.phase = Phase::committing;
  out.add(G::CommitSlot{s.boot, s.update});
}

void forget(S& s) {
  s.phase = Phase::idle;
  s.update = {};
  s.version = {};
  s.rollout = {};
  s.commit_tries = 0;
  ++s.generation;
}

// Says what became of the trial. A stop may have lost it on its way to the others, so it is said
// again after every restart; they count it once.
void tell(const S& s, Out& out) {
  switch (s.phase) {
    case Phase::soaking:
    case Phase::soak_checking: return out.add(Committed{outcome(s, Reason::none, s.attempt, {})});
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

// The committing turn is on record, the answer is not. In a later boot only the boot state can
// tell: a slot is marked good by root-helper alone, and only after this gate's verdict.
void resume_commit(S& s, const Restarted& e) {
  if (e.trial == Slot::none && e.running == s.version) {
    s.phase = Phase::soaking;
  } else {
    s.phase = Phase::armed;  // not committed: this boot must prove itself, or has fallen back
  }
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
  // Out of a journal that was lost, the boot state still names the trial.
  if (s.on_trial && (s.phase == Phase::idle || s.update != e.trial_update)) {
    forget(s);
    s.phase = Phase::armed;
    s.update = e.trial_update;
    s.version = e.running;
  }
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
  const bool under_way =
      s.phase == Phase::armed || s.phase == Phase::passed || s.phase == Phase::committing;
  if (!under_way && e.update != s.update && e.verdict == GateVerdict::fell_back) {
    // The arming of this trial was lost to us; its end is not. What we told of an earlier one is
    // over.
    forget(s);
    s.update = e.update;
    s.attempt = e.attempt;
    return roll_back(s, e.reason, e.detail, out);
  }
  if (!under_way || e.update != s.update) return;
  s.attempt = e.attempt;
  switch (e.verdict) {
    case GateVerdict::passed:
      if (e.boot == s.boot && s.phase == Phase::armed) s.phase = Phase::passed;
      return;
    case GateVerdict::failed: s.failed_reason = e.reason; return;
    case GateVerdict::fell_back: return roll_back(s, e.reason, e.detail, out);
    case GateVerdict::unknown: return;
  }
}

void log_ended(S& s, Out& out) {
  if (s.phase == Phase::passed && s.ready)
    commit(s, out);
  else if (s.phase == Phase::committing)
    commit(s, out);  // asked before a stop: ask again
  if (s.phase != Phase::armed || s.boot == s.armed_boot || s.on_trial) return;
  // A boot after the arming, not of the trial, and nobody wrote why: the trial is over, unproven.
  roll_back(s, Reason::unexpected_slot, {}, out);
}

void commit_ended(S& s, const G::CommitEnded& e, Out& out) {
  if (s.phase != Phase::committing || e.update != s.update) return;
  if (e.reason == Reason::none) {
    out.add(Committed{outcome(s, Reason::none, s.attempt, {})});
    s.phase = Phase::soaking;
    return arm(s, G::Timer::soak, s.soak, out);
  }
  if (++s.commit_tries < G::commit_tries_max) return arm(s, G::Timer::commit, G::commit_retry, out);
  // Not committed and not ready to be: the boot deadline reboots the box, GRUB counts it.
  s.phase = Phase::armed;
}

void soak_over(S& s, Out& out) {
  if (s.failed_reason == Reason::none) return forget(s);
  s.phase = Phase::failed_late;
  tell(s, out);
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

void timer_fired(S& s, const TimerFired& e, Out& out) {
  if (e.generation != s.generation) return;
  const auto timer = static_cast<G::Timer>(e.tag);
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

void HealthGate::step(State& s, const Event& event, const Turn&, Out& out) noexcept {
  std::visit(overloaded{
                 [&](const BootObserved& e) { boot_observed(s, e, out); },
                 [&](const CheckFinished& e) { check_finished(s, e, out); },
                 [&](const TimerFired& e) { timer_fired(s, e, out); },
                 [&](const Restarted& e) { restarted(s, e, out); },
                 [&](const TrialArmed& e) {
                   s.phase = Phase::armed;
                   s.update = e.outcome.update;
                   s.version = e.outcome.version;
                   s.rollout = e.outcome.rollout;
                   s.armed_boot = s.boot;
                   s.attempt = 0;
                   s.failed_reason = Reason::none;
                   ++s.generation;  // a soak that still ran is over
                 },
                 [&](const GateLogRead& e) { log_read(s, e, out); },
                 [&](const GateLogEnded&) { log_ended(s, out); },
                 [&](const AgentReady& e) {
                   if (e.boot != s.boot) return;
                   s.ready = true;
                   if (s.phase == Phase::passed) commit(s, out);
                 },
                 [&](const CommitEnded& e) { commit_ended(s, e, out); },
                 [&](const TrialWithdrawn& e) {
                   const bool unused = s.phase == Phase::armed && s.boot == s.armed_boot;
                   if (unused && e.update == s.update) forget(s);
                 },
             },
             event);
}

}  // namespace drydock
