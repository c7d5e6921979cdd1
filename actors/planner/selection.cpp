#include "actors/planner/selection.hpp"

#include <algorithm>

#include "actors/planner/evidence.hpp"

namespace drydock::planner {

bool names(const RolloutSpec& spec, const Appliance& row) noexcept {
  return (!spec.client || spec.client == row.client) &&
         (!spec.hardware || spec.hardware == row.hardware);
}

bool selects(const RolloutSpec& spec, const Appliance& row, RolloutId rollout) noexcept {
  if (spec.client && spec.client != row.client) return false;
  // What is in flight proves itself first, wherever it has been moved to.
  const bool awaited = row.rollout == rollout && is_awaited(row.stage);
  if (!awaited && leaves_out_site(spec, row)) return false;
  if (!spec.only_from.value) return true;
  return row.running == spec.only_from || row.rollout == rollout;
}

bool leaves_out_site(const RolloutSpec& spec, const Appliance& row) noexcept {
  return !spec.sites.empty() &&
         std::find(spec.sites.begin(), spec.sites.end(), row.site) == spec.sites.end();
}

std::uint64_t all_in_flight(const Planner::Store& store, bool proposed) noexcept {
  std::uint64_t all = 0;
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
    const Rollout& rollout = store.rollouts.row(i);
    all += rollout.in_flight + (proposed ? rollout.proposed : 0);
  }
  return all;
}

std::uint64_t place(const Rollout& rollout, ApplianceId appliance) noexcept {
  const std::uint64_t release = mix64(rollout.spec.version.value + 1);
  const std::uint64_t draw = mix64(appliance.value ^ release) >> 32;
  return (draw * rollout.fleet >> 32) + 1;
}

std::uint64_t places_served(const Rollout& rollout, Instant now) noexcept {
  constexpr std::int64_t doublings_max = 30;
  const std::int64_t waited = (now - rollout.room_since).value / Planner::order_patience.value;
  const std::uint32_t allowed = allowed_in_flight(rollout);
  const std::uint32_t taken = rollout.in_flight + rollout.proposed;
  const std::uint64_t room = allowed > taken ? allowed - taken : 0;
  // Twice what is wanted: some of them are gone or busy.
  const std::uint64_t wanted = 2 * (std::uint64_t{rollout.tally.granted} + room);
  return wanted << std::clamp<std::int64_t>(waited, 0, doublings_max);
}

std::uint32_t stratum_of(const Planner::Store& store, RolloutId id, HardwareId hardware) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr) return 0;
  for (std::uint32_t n = 1; n <= rollout->strata; ++n) {
    const Stratum* stratum = store.strata.get(stratum_id(id, n));
    if (stratum != nullptr && stratum->hardware == hardware) return n;
  }
  return 0;
}

FleetCounted count_fleet(const Planner::Store& store, RolloutId id) noexcept {
  FleetCounted counted{id, 0, {}};
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr) return counted;
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const Appliance& row = store.appliances.row(i);
    const bool newer = row.running > rollout->spec.version && !rollout->spec.downgrade;
    if (newer || !names(rollout->spec, row) || !selects(rollout->spec, row, id)) continue;
    ++counted.fleet;
    std::size_t at = 0;
    while (at < counted.strata.size() && counted.strata[at].hardware != row.hardware) ++at;
    if (at == counted.strata.size()) {
      if (counted.strata.full()) continue;
      counted.strata.add({row.hardware, 0});
    }
    ++counted.strata[at].fleet;
  }
  return counted;
}

bool part_halted(const Planner::Store& store, RolloutId id, HardwareId hardware) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr || rollout->parts_halted == 0) return false;
  const std::uint32_t number = stratum_of(store, id, hardware);
  return number != 0 && store.strata.get(stratum_id(id, number))->halted;
}

}  // namespace drydock::planner
