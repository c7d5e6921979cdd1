#include "actors/planner/selection.hpp"

#include <algorithm>

#include "actors/planner/evidence.hpp"

namespace drydock::planner {
namespace {

template <class List, class Each>
bool holds(const List& list, Each each) {
  return std::find(list.begin(), list.end(), each) != list.end();
}

SiteClassId class_of(const Planner::Store& store, SiteId site) {
  if (store.traits.size() == 0) return {};
  const SiteTraits* traits = store.traits.get(site);
  return traits == nullptr ? SiteClassId{} : traits->site_class;
}

// One more in its part; a part that finds no room counts in the whole alone.
void count_part(FleetCounted& counted, HardwareId hardware, SiteClassId site_class) {
  for (std::size_t n = 0; n < counted.strata.size(); ++n) {
    StratumCount& part = counted.strata[n];
    if (part.hardware != hardware || part.site_class != site_class) continue;
    ++part.fleet;
    return;
  }
  if (!counted.strata.full()) counted.strata.add({hardware, 1, site_class});
}

}  // namespace

bool names(const RolloutSpec& spec, const Appliance& row) noexcept {
  return (!spec.client || spec.client == row.client) &&
         (!spec.hardware || spec.hardware == row.hardware);
}

bool selects(const Planner::Store& store, const RolloutSpec& spec, const Appliance& row,
             RolloutId rollout) noexcept {
  if (spec.client && spec.client != row.client) return false;
  // What is in flight proves itself first, wherever it has been moved to.
  const bool awaited = row.rollout == rollout && is_awaited(row.stage);
  if (!awaited && leaves_out_site(store, spec, row)) return false;
  if (!spec.only_from.value) return true;
  return row.running == spec.only_from || row.rollout == rollout;
}

bool leaves_out_site(const Planner::Store& store, const RolloutSpec& spec,
                     const Appliance& row) noexcept {
  if (!spec.sites.empty() && !holds(spec.sites, row.site)) return true;
  if (spec.labels.empty()) return false;
  const SiteTraits* traits = store.traits.get(row.site);
  if (traits == nullptr) return true;
  return !std::all_of(spec.labels.begin(), spec.labels.end(),
                      [&](LabelId label) { return holds(traits->labels, label); });
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

std::uint32_t stratum_of(const Planner::Store& store, RolloutId id, HardwareId hardware,
                         SiteClassId site_class) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr) return 0;
  for (std::uint32_t n = 1; n <= rollout->strata; ++n) {
    const Stratum* part = store.strata.get(stratum_id(id, n));
    if (part != nullptr && part->hardware == hardware && part->site_class == site_class) return n;
  }
  return 0;
}

StrataOf strata_of(const Planner::Store& store, RolloutId id, const Appliance& row) noexcept {
  StrataOf strata{stratum_of(store, id, row.hardware), 0};
  if (const SiteClassId site_class = class_of(store, row.site))
    strata.site_class = stratum_of(store, id, {}, site_class);
  return strata;
}

std::uint32_t strata_like(const Planner::Store& store, RolloutId id,
                          std::uint32_t number) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  const Stratum* one = store.strata.get(stratum_id(id, number));
  if (rollout == nullptr || one == nullptr) return 0;
  std::uint32_t like = 0;
  for (std::uint32_t n = 1; n <= rollout->strata; ++n) {
    const Stratum* part = store.strata.get(stratum_id(id, n));
    like += part != nullptr && bool(part->site_class) == bool(one->site_class) ? 1 : 0;
  }
  return like;
}

FleetCounted count_fleet(const Planner::Store& store, RolloutId id) noexcept {
  FleetCounted counted{id, 0, {}};
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr) return counted;
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const Appliance& row = store.appliances.row(i);
    const bool newer = row.running > rollout->spec.version && !rollout->spec.downgrade;
    if (newer || !names(rollout->spec, row) || !selects(store, rollout->spec, row, id)) continue;
    ++counted.fleet;
    count_part(counted, row.hardware, {});
    if (const SiteClassId site_class = class_of(store, row.site))
      count_part(counted, {}, site_class);
  }
  return counted;
}

std::uint32_t part_halted(const Planner::Store& store, RolloutId id,
                          const Appliance& row) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr || rollout->parts_halted == 0) return 0;
  for (const std::uint32_t number : strata_of(store, id, row).both())
    if (number != 0 && store.strata.get(stratum_id(id, number))->halted) return number;
  return 0;
}

}  // namespace drydock::planner
