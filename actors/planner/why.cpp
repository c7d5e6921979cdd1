// Which rollout governs an appliance, and why it gets nothing now.
#include "actors/planner/evidence.hpp"
#include "actors/planner/machine.hpp"

namespace drydock {

using planner::Appliance;
using planner::Rollout;
using planner::RolloutPhase;
using planner::Stage;

namespace {

bool selects(const RolloutSpec& spec, const Appliance& row, RolloutId rollout) {
  if (spec.client && spec.client != row.client) return false;
  if (!spec.only_from.value) return true;
  // A rollback is for those that run the bad version, and for those it has already moved.
  return row.running == spec.only_from || row.rollout == rollout;
}

Wait of_phase(const Rollout& rollout, RolloutId id) {
  switch (rollout.phase) {
    case RolloutPhase::halted:
      return {WaitReason::halted, id.value, planner::failures(rollout.tally)};
    case RolloutPhase::paused: return {WaitReason::paused, id.value, 0};
    case RolloutPhase::unknown:
    case RolloutPhase::created: return {WaitReason::no_rollout, 0, 0};
    case RolloutPhase::running: return {};
  }
  return {WaitReason::no_rollout, 0, 0};
}

// The appliance's own part: may this rollout ever give it something?
Wait of_appliance(const Appliance& row, const Rollout& rollout, RolloutId id) {
  const RolloutSpec& spec = rollout.spec;
  if (spec.hardware && spec.hardware != row.hardware)
    return {WaitReason::hardware, spec.hardware.value, 0};
  if (row.running == spec.version) return {WaitReason::up_to_date, spec.version.value, 0};
  if (row.rollout == id && planner::ended_badly(row.stage))
    return {WaitReason::failed_before, id.value, 0};
  if (row.rollout == id && row.lapses >= Planner::lapses_max)
    return {WaitReason::failed_before, id.value, 0};
  if (row.running > spec.version && !spec.downgrade)
    return {WaitReason::newer_already, row.running.value, 0};
  return {};
}

// Room: of the ramp, and at the site.
Wait of_caps(const Planner::Store& store, const Appliance& row, const Rollout& rollout) {
  const std::uint32_t allowed = planner::allowed_in_flight(rollout.spec.policy, rollout.tally);
  const std::uint32_t taken = rollout.in_flight + rollout.proposed;
  if (taken >= allowed) return {WaitReason::ramp, taken, allowed};
  const planner::Site* site = store.sites.get(row.site);
  const std::uint32_t busy = site == nullptr ? 0 : site->in_flight;
  if (busy >= rollout.spec.policy.site_at_once)
    return {WaitReason::site_busy, busy, rollout.spec.policy.site_at_once};
  return {};
}

}  // namespace

Wait Planner::why(const Store& store, const Appliance& row, RolloutId& governing) noexcept {
  governing = {};
  // The newest rollout that is meant for it governs; an older one never works against it.
  for (std::uint32_t n = store.rollouts.size(); n > 0; --n) {
    const RolloutId id = store.rollouts.key(n - 1);
    const Rollout& rollout = store.rollouts.row(n - 1);
    if (rollout.phase == RolloutPhase::created || !selects(rollout.spec, row, id)) continue;
    governing = id;
    // What is in flight proves itself first, also for an older rollout: it may well run this
    // release already, but on trial.
    const bool under_way = planner::in_flight(row.stage);
    const Wait own = under_way ? Wait{} : of_appliance(row, rollout, id);
    if (own.reason != WaitReason::none) return own;
    if (const Wait wait = of_phase(rollout, id); wait.reason != WaitReason::none) return wait;
    if (row.proposing != planner::Proposing::nothing) return {WaitReason::deciding, 0, 0};
    if (under_way) return {WaitReason::in_progress, row.order.value, 0};
    if (store.head.proposing >= proposals_max) return {WaitReason::busy, 0, 0};
    return of_caps(store, row, rollout);
  }
  return {WaitReason::no_rollout, 0, 0};
}

std::uint32_t Planner::targets(const Store& store, RolloutId id) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr) return 0;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const Appliance& row = store.appliances.row(i);
    const bool fits = !rollout->spec.hardware || rollout->spec.hardware == row.hardware;
    const bool newer = row.running > rollout->spec.version && !rollout->spec.downgrade;
    if (fits && !newer && selects(rollout->spec, row, id)) ++count;
  }
  return count;
}

}  // namespace drydock
