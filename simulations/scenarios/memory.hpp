#pragma once
// Does a run fit into memory? Asked before it begins, and answered with the arithmetic.
#include <cstdint>

#include "runtime/result.hpp"

namespace drydock::sim {

// What one appliance takes in all: machines, box, events, books, the centre's rows. An upper bound,
// held against a measurement by tests/simulations/fleet_sim.
inline constexpr std::uint64_t bytes_an_appliance = 1'500;
inline constexpr std::uint64_t bytes_a_run = 64'000'000;  // whatever its size

// MemAvailable of this machine; 0 when it cannot be told.
std::uint64_t memory_available();

// refused when so many appliances, in so many runs at once, need more than is available.
Status fits_memory(std::uint64_t appliances, std::uint64_t runs, std::uint64_t available);

}  // namespace drydock::sim
