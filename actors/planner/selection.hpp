#pragma once
// Whom a rollout is for, and in which order: a hash of release and appliance, so that each release
// begins with others, and nobody is first because he asks most often.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

// By what the registry says of the appliance; what it runs does not matter here.
bool names(const RolloutSpec& spec, const Appliance& row) noexcept;
// And by what it runs: a rollback is for those on the bad version, and those it has already moved.
bool selects(const Planner::Store& store, const RolloutSpec& spec, const Appliance& row,
             RolloutId rollout) noexcept;

// Is it left out for its site alone, or for what its site has no label of?
bool leaves_out_site(const Planner::Store& store, const RolloutSpec& spec,
                     const Appliance& row) noexcept;

// Appliances with an order, over all rollouts; also those that one is on its way to.
std::uint64_t all_in_flight(const Planner::Store& store, bool proposed) noexcept;

// 1 to `fleet`, uniform over appliances; several may share a place.
std::uint64_t place(const Rollout& rollout, ApplianceId appliance) noexcept;
// Places up to this one may have a grant now.
std::uint64_t places_served(const Rollout& rollout, Instant now) noexcept;

// The strata of the rollout that an appliance is in, by its model and by the class of its site.
StrataOf strata_of(const Planner::Store& store, RolloutId rollout, const Appliance& row) noexcept;
// The number of the stratum of such a part in the rollout; 0: there is none.
std::uint32_t stratum_of(const Planner::Store& store, RolloutId rollout, HardwareId hardware,
                         SiteClassId site_class = {}) noexcept;
// How many strata of the kind of this one the rollout has.
std::uint32_t strata_like(const Planner::Store& store, RolloutId rollout,
                          std::uint32_t number) noexcept;

// How many appliances the rollout is for, and of which models and classes, among those seen so far.
FleetCounted count_fleet(const Planner::Store& store, RolloutId rollout) noexcept;

// The halted part of the fleet that this appliance belongs to; 0: none is halted.
std::uint32_t part_halted(const Planner::Store& store, RolloutId rollout,
                          const Appliance& row) noexcept;

}  // namespace drydock::planner
