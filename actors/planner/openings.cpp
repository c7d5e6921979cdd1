#include "actors/planner/openings.hpp"

#include <algorithm>

namespace drydock::planner {

WindowNow window_now(const Planner::Store& store, RolloutId id, const Turn& now) noexcept {
  const Rollout* rollout = store.rollouts.get(id);
  if (rollout == nullptr || rollout->spec.calendar.always_open()) return {};
  const ResolvedCalendar* calendar = store.calendars.get(id);
  if (now.wall_trust == WallTrust::unset) return {false, {}, true};
  if (calendar == nullptr) return {false, {}};
  const Duration token = rollout->spec.policy.token_expiry;
  for (const OpenInterval& each : calendar->open) {
    const WallTime closes = std::min(each.closes, calendar->covered_until);
    const bool fits = std::max(each.opens, now.wall) + token <= closes;
    if (!fits) continue;  // over, or too short for what is left of it
    if (each.opens <= now.wall) return {};
    return {false, each.opens};
  }
  return {false, {}};
}

}  // namespace drydock::planner
