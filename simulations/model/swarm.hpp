#pragma once
// Swarm testing (Groce et al., ISSTA 2012): each seed draws which kinds of fault it has at all, and
// how many of each. Runs with few kinds at high rates reach what a run with everything never does.
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

// The scenario this seed plays: itself, unless it is a swarm.
Scenario swarmed(const Scenario& scenario, std::uint64_t seed);

}  // namespace drydock::sim
