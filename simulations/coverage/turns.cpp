#include "simulations/coverage/turns.hpp"

#include "simulations/coverage/coverage.hpp"

namespace drydock::sim::coverage {
namespace {

void see_denied(const OrderDenied& denied) {
  SOMETIMES(denied.reason == Reason::cancelled, "an order is denied: cancelled");
  SOMETIMES(denied.reason == Reason::expired, "an order is denied: expired");
  SOMETIMES(denied.reason == Reason::clock_untrusted, "an order is denied: clock not trusted");
  SOMETIMES(denied.reason == Reason::replayed, "an order is denied: replayed");
}

void see_report(const Report& report) {
  const ReportKind kind = report.kind;
  SOMETIMES(kind == ReportKind::order_refused, "a report: order refused");
  SOMETIMES(kind == ReportKind::install_failed, "a report: install failed");
  SOMETIMES(kind == ReportKind::rolled_back, "a report: rolled back");
  SOMETIMES(kind == ReportKind::failed_late, "a report: failed late");
  SOMETIMES(kind == ReportKind::drifted, "a report: drifted");
  SOMETIMES(kind == ReportKind::healed, "a report: healed");
  SOMETIMES(kind == ReportKind::escalated, "a report: escalated");
}

void see_answer(const Answer& answer) {
  const WaitReason why = answer.wait.reason;
  SOMETIMES(why == WaitReason::up_to_date, "an answer says: up to date");
  SOMETIMES(why == WaitReason::ramp, "an answer says: ramp");
  SOMETIMES(why == WaitReason::site_busy, "an answer says: site busy");
  SOMETIMES(why == WaitReason::halted, "an answer says: halted");
  SOMETIMES(why == WaitReason::paused, "an answer says: paused");
  SOMETIMES(why == WaitReason::failed_before, "an answer says: failed before");
  SOMETIMES(why == WaitReason::in_progress, "an answer says: in progress");
  SOMETIMES(why == WaitReason::clock_unset, "an answer says: clock unset");
  SOMETIMES(why == WaitReason::exposure, "an answer says: exposure");
  SOMETIMES(why == WaitReason::turn, "an answer says: turn");
  SOMETIMES(why == WaitReason::pausing, "an answer says: pausing");
  SOMETIMES(answer.grant.kind == GrantKind::install, "an answer carries an install");
  SOMETIMES(answer.grant.kind == GrantKind::reboot, "an answer carries a token");
}

void see_operator(OperatorResult result) {
  SOMETIMES(result == OperatorResult::done, "an operator hears: done");
  SOMETIMES(result == OperatorResult::wrong_phase, "an operator hears: wrong phase");
  SOMETIMES(result == OperatorResult::not_decided, "an operator hears: not decided");
}

void see_proposal(const Decision& decision) {
  const auto* grant = std::get_if<GrantIssued>(&decision.what);
  SOMETIMES(grant && grant->kind == GrantKind::install, "an install is proposed");
  SOMETIMES(grant && grant->kind == GrantKind::reboot, "a token is proposed");
  const auto* passed = std::get_if<DeadlinePassed>(&decision.what);
  SOMETIMES(passed && !passed->unused, "a deadline passes");
  SOMETIMES(passed && passed->unused, "a token runs out that its appliance never had");
  SOMETIMES(std::holds_alternative<FleetCounted>(decision.what), "a fleet is counted");
}

}  // namespace

template <>
void see_turn<Scheduler>(const Scheduler::Event& event, const EffectsOf<Scheduler>::type& out) {
  SOMETIMES(std::holds_alternative<CheckInFailed>(event), "a check-in stays without an answer");
  SOMETIMES(std::holds_alternative<ClockStepped>(event), "the clock steps");
  SOMETIMES(std::holds_alternative<ArmRefused>(event), "arming is refused");
  const auto* window = std::get_if<Scheduler::WindowResolved>(&event);
  SOMETIMES(window && !window->always, "a window opens later");
  for (const auto& effect : out) {
    SOMETIMES(std::holds_alternative<InstallOrdered>(effect), "an order to install is followed");
    SOMETIMES(std::holds_alternative<InstallCancelled>(effect), "an install is cancelled");
    SOMETIMES(std::holds_alternative<Scheduler::ArmTrial>(effect), "a trial is armed");
    SOMETIMES(std::holds_alternative<Scheduler::DisarmTrial>(effect), "a trial is disarmed");
    SOMETIMES(std::holds_alternative<Scheduler::Reboot>(effect),
              "the box is rebooted for its trial");
    if (const auto* denied = std::get_if<OrderDenied>(&effect)) see_denied(*denied);
  }
}

template <>
void see_turn<Updater>(const Updater::Event&, const EffectsOf<Updater>::type& out) {
  for (const auto& effect : out) {
    const auto* write = std::get_if<Updater::WriteSlot>(&effect);
    SOMETIMES(write && write->from_chunk == 0, "a slot is written from the beginning");
    SOMETIMES(write && write->from_chunk != 0, "a slot is written on where it was cut");
    SOMETIMES(std::holds_alternative<Updater::ReadBack>(effect), "a slot is read back");
    SOMETIMES(std::holds_alternative<Updater::StopWork>(effect), "work on a slot is stopped");
    SOMETIMES(std::holds_alternative<ArmTimer>(effect), "a download is tried again");
    const auto* failed = std::get_if<InstallFailed>(&effect);
    const Reason why = failed ? failed->outcome.reason : Reason::none;
    SOMETIMES(why == Reason::hash_mismatch, "an install fails: wrong bytes");
    SOMETIMES(why == Reason::disk_full, "an install fails: full disk");
  }
}

template <>
void see_turn<HealthGate>(const HealthGate::Event&, const EffectsOf<HealthGate>::type& out) {
  for (const auto& effect : out) {
    if (const auto* record = std::get_if<HealthGate::RecordVerdict>(&effect)) {
      SOMETIMES(record->verdict == GateVerdict::passed, "a verdict at boot: passed");
      SOMETIMES(record->verdict == GateVerdict::failed, "a verdict at boot: failed");
      SOMETIMES(record->verdict == GateVerdict::fell_back, "a verdict at boot: fell back");
    }
    SOMETIMES(std::holds_alternative<HealthGate::FallBack>(effect),
              "the gate falls back by itself");
    SOMETIMES(std::holds_alternative<Committed>(effect), "a slot is committed");
    const auto* timer = std::get_if<ArmTimer>(&effect);
    constexpr auto commit = static_cast<std::uint8_t>(HealthGate::Timer::commit);
    SOMETIMES(timer && timer->tag == commit, "a commit is asked for again");
    const auto* back = std::get_if<RolledBack>(&effect);
    const Reason why = back ? back->outcome.reason : Reason::none;
    SOMETIMES(why == Reason::check_failed, "a trial ends: check failed");
    SOMETIMES(why == Reason::check_unknown, "a trial ends: check unknown");
    SOMETIMES(why == Reason::boot_never_came_up, "a trial ends: never came up");
    SOMETIMES(std::holds_alternative<FailedLate>(effect), "a release fails in its soak");
  }
}

template <>
void see_turn<Reporter>(const Reporter::Event&, const EffectsOf<Reporter>::type& out) {
  for (const auto& effect : out) {
    if (const auto* keep = std::get_if<Reporter::KeepReport>(&effect)) see_report(keep->report);
    const auto* post = std::get_if<Reporter::PostCheckIn>(&effect);
    SOMETIMES(post && post->count == reports_per_check_in_max,
              "a check-in carries as many reports as it can");
  }
}

template <>
void see_turn<Healer>(const Healer::Event&, const EffectsOf<Healer>::type& out) {
  for (const auto& effect : out)
    SOMETIMES(std::holds_alternative<Healer::Remedy>(effect), "a remedy is tried");
}

template <>
void see_turn<Planner>(const Planner::Event& event, const EffectsOf<Planner>::type& out) {
  SOMETIMES(std::holds_alternative<Planner::NotDecided>(event), "a proposal is not decided");
  for (const auto& effect : out) {
    if (const auto* propose = std::get_if<Planner::Propose>(&effect))
      see_proposal(propose->decision);
    if (const auto* told = std::get_if<OperatorAnswered>(&effect)) see_operator(told->result);
    if (const auto* ready = std::get_if<AnswerReady>(&effect)) see_answer(ready->answer);
  }
}

}  // namespace drydock::sim::coverage
