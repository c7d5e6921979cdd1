#pragma once
// One rollout in which nothing happens but verdicts, and one in which everything does. How long one
// takes and how it ends is a function of seed and appliance, so every policy meets the same fleet.
#include "simulations/model/scenario.hpp"
#include "simulations/planner_table/rows.hpp"

namespace drydock::sim::table {

inline constexpr std::uint32_t sites_of = 4;  // appliances a site
inline constexpr std::uint32_t horizon_s = 8 * 24 * 3600;
inline constexpr Version table_release = make_version(1, 1, 0);

struct Fate {
  std::uint32_t after_s = 0;  // from its permission to its verdict
  bool fails = false;
};

// Install, boot and gate: log-normal with a median of 15 minutes and a sigma of 0.35, cut at 4
// sigma; then up to 5 minutes until the next check-in.
Fate fate_of(const Row& row, std::uint64_t seed, std::uint32_t appliance);
ApplianceId id_of(const Row& row, std::uint64_t seed, std::uint32_t appliance);
// Of the model that fails by itself.
bool is_odd(const Row& row, std::uint64_t seed, std::uint32_t appliance);

// The row as a scenario of the simulator.
Scenario scenario_of(const Row& row, const Policy& policy);

Result play_planner(const Row& row, const Policy& policy, std::uint64_t seed);
// The same through the whole simulator: appliances, network, log.
Result play_world(const Row& row, const Policy& policy, std::uint64_t seed);
Result play_rival(const Row& row, const Rival& rival, std::uint64_t seed);

// Check-ins a CPU-second through the planner's step, of a fleet in the middle of a rollout.
struct Cost {
  std::uint64_t check_ins = 0;
  double cpu_s = 0;
};
Cost measure_check_ins(std::uint32_t appliances, std::uint32_t rounds);

}  // namespace drydock::sim::table
