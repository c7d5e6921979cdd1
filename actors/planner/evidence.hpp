#pragma once
// What the verdicts so far allow: how many appliances may be exposed, when to stop, when to go on.
// Sequential tests that may be looked at after every verdict; docs/planner.md has the mathematics.
// All of it is a few table look-ups over counts: nothing here grows with the fleet.
#include "actors/planner/rows.hpp"
#include "runtime/kernel/fixed_point.hpp"

namespace drydock::planner {

// Have the verdicts won the bet against the rate? `at` as in the exclusion, or of a stratum.
bool excludes(const Exclusion& bet, std::int32_t at, Verdicts verdicts) noexcept;

// --- counting rules: what a policy without a tolerated rate has alone --------------------------

// Failures that speak against the release, not against one appliance's line or disk.
std::uint32_t failures(const Tally& tally) noexcept;
std::uint32_t allowed_in_flight(const Policy& policy, const Tally& tally) noexcept;
bool must_halt(const Policy& policy, const Tally& tally) noexcept;

// --- evidence ------------------------------------------------------------------------------

constexpr bool on_evidence(const Policy& policy) { return policy.tolerated_ppm != 0; }

// Too few for the verdicts ever to exclude twice the tolerated rate: no cap, a slower ramp.
bool too_small_to_accept(const Rollout& rollout) noexcept;

// Appliances that may be exposed in all until acceptance; at least what acceptance needs.
std::uint32_t exposure_cap(const Rollout& rollout) noexcept;

// How many may be exposed at once now: the canary first, then in step with what has committed.
std::uint32_t allowed_exposed(const Rollout& rollout) noexcept;
// How many may hold a grant, exposed or not: installing risks nothing, so it may run ahead.
std::uint32_t allowed_in_flight(const Rollout& rollout) noexcept;

// May this appliance have its token now, or have it once more?
bool may_expose(const Rollout& rollout, const Appliance& appliance) noexcept;

bool must_halt(const Rollout& rollout) noexcept;
bool must_halt(const Policy& policy, const Stratum& stratum) noexcept;
bool may_accept(const Rollout& rollout) noexcept;
// Everybody the cap allows has proven itself, and it is still undecided.
bool must_hold(const Rollout& rollout) noexcept;

}  // namespace drydock::planner
