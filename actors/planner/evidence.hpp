#pragma once
// What the verdicts so far allow: how many appliances may be in flight, and when to stop.
// Counting rules only; the sequential tests will stand behind these two functions.
#include "actors/planner/rows.hpp"

namespace drydock::planner {

// Failures that speak against the release, not against one appliance's line or disk.
std::uint32_t failures(const Tally& tally) noexcept;

// How many appliances may be in flight now: the canary first, then in step with what has committed.
std::uint32_t allowed_in_flight(const Policy& policy, const Tally& tally) noexcept;

// Has the release failed often enough to stop at once?
bool must_halt(const Policy& policy, const Tally& tally) noexcept;

}  // namespace drydock::planner
