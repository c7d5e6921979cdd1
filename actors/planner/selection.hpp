#pragma once
// Whom a rollout is for, and in which order: a hash of release and appliance, so that each release
// begins with others, and nobody is first because he asks most often.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

// By what the registry says of the appliance; what it runs does not matter here.
bool names(const RolloutSpec& spec, const Appliance& row) noexcept;
// And by what it runs: a rollback is for those on the bad version, and those it has already moved.
bool selects(const RolloutSpec& spec, const Appliance& row, RolloutId rollout) noexcept;

// Is it left out for its site alone?
bool leaves_out_site(const RolloutSpec& spec, const Appliance& row) noexcept;

// Appliances with an order, over all rollouts; also those that one is on its way to.
std::uint64_t all_in_flight(const Planner::Store& store, bool proposed) noexcept;

// 1 to `fleet`, uniform over appliances; several may share a place.
std::uint64_t place(const Rollout& rollout, ApplianceId appliance) noexcept;
// Places up to this one may have a grant now.
std::uint64_t places_served(const Rollout& rollout, Instant now) noexcept;

// The number of the stratum of this hardware in the rollout; 0: it is in none.
std::uint32_t stratum_of(const Planner::Store& store, RolloutId rollout,
                         HardwareId hardware) noexcept;

// How many appliances the rollout is for, and of which models, among those seen so far.
FleetCounted count_fleet(const Planner::Store& store, RolloutId rollout) noexcept;

// Is this appliance's part of the fleet halted?
bool part_halted(const Planner::Store& store, RolloutId rollout, HardwareId hardware) noexcept;

}  // namespace drydock::planner
