// What an appliance is told: its wait, and its order as long as that stands.
#include "actors/planner/apply.hpp"
#include "actors/planner/selection.hpp"

namespace drydock::planner {
namespace {

Answer answer_to(ApplianceId appliance, std::uint32_t serial, const Planner::Store& store,
                 const Appliance& row, const Wait& wait, const Turn& turn) noexcept {
  Answer a;
  a.appliance = appliance;
  a.serial = serial;
  // Nobody takes a mark from who is busy: the epoch is heard together with the mark, or not (0011).
  if (wait.reason != WaitReason::busy) a.epoch = store.head.epoch;
  a.reports_through = row.reports_through;
  a.centre_wall = turn.wall;
  a.wait = wait;
  const Rollout* rollout = store.rollouts.get(row.rollout);
  if (rollout == nullptr || !in_flight(row.stage)) return a;
  a.next_poll = rollout->spec.policy.poll_hint;
  // A halt takes back what is not yet used: installs and unused tokens. Past the token only the
  // appliance knows whether it has rebooted; there it stands until its report or its silence.
  if (rollout->phase == RolloutPhase::halted || part_halted(store, row.rollout, row)) return a;
  a.standing = row.update;
  if (rollout->phase != RolloutPhase::running || row.stage == Stage::staged ||
      row.expires <= turn.wall)
    return a;
  a.grant.kind = row.stage == Stage::token ? GrantKind::reboot : GrantKind::install;
  a.grant.downgrade = rollout->spec.downgrade;
  a.grant.order = row.order;
  a.grant.epoch = store.head.epoch;
  a.grant.appliance = a.appliance;
  a.grant.rollout = row.rollout;
  a.grant.update = row.update;
  a.grant.version = rollout->spec.version;
  a.grant.manifest = rollout->spec.manifest;
  const Policy& policy = rollout->spec.policy;
  const Duration life = row.stage == Stage::token ? policy.token_expiry : policy.install_deadline;
  a.grant.issued = {saturating::subtract(row.expires.value, life.value)};
  a.grant.expires = row.expires;
  return a;
}

}  // namespace

Answer answer_for(const Planner::Store& store, std::uint32_t i, std::uint32_t serial,
                  const Turn& turn) noexcept {
  RolloutId governing;
  const Wait wait = Planner::why(store, i, governing, turn);
  return answer_to(store.appliances.key(i), serial, store, store.appliances.row(i), wait, turn);
}

Answer answer_for(const Planner::Store& store, std::uint32_t i, const Facts& asks, const Wait& wait,
                  const Turn& turn) noexcept {
  return answer_to(asks.appliance, asks.serial, store, store.appliances.row(i), wait, turn);
}

}  // namespace drydock::planner
