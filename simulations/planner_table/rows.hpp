#pragma once
// The rows of the table: what is wrong with the release, on whom, and what must not happen.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/policy.hpp"

namespace drydock::sim::table {

struct Row {
  std::string scenario;
  std::uint32_t appliances = 0;
  std::uint32_t fails_ppm = 0;        // of the release's own verdicts
  std::uint32_t model_share_ppm = 0;  // of the fleet: one hardware model of its own
  std::uint32_t model_fails_ppm = 0;
  bool of_world = false;  // the simulated world's appliances, and its draws of which fail
};

enum class Pace : std::uint8_t { drydock, clock_ramp, fixed_percent, world };
struct Rival {
  const char* name;
  Pace pace;
  std::uint32_t abort_at_ppm = 0;  // fixed_percent: failures of what has finished
};
const std::vector<Rival>& rivals();
// Ours twice: with verdicts alone, and through the whole simulated world.
const std::vector<Rival>& both_ways();

// The five of a fleet of this size, and with `small` brick-100 and healthy at 12 to 20,000.
std::vector<Row> rows(std::uint32_t appliances, bool small);

// The first five as the simulated world has them, for a comparison of the same fleet.
std::vector<Row> world_rows(std::uint32_t appliances);

// What `drydock policy` makes of an evidence section without settings.
Policy table_policy();

// What became of one seed.
struct Result {
  std::uint64_t seed = 0;
  std::uint32_t exposed = 0;
  bool halted = false;  // the rollout, or a part of it
  bool held = false;
  std::int64_t done_ms = -1;        // 99 % have committed
  std::int64_t halt_after_ms = -1;  // after the first verdict
  std::uint32_t part_exposed = 0;   // of the model that fails by itself
  bool stuck = false;               // it does not go on, and nobody knows why
};

Result play(const Row& row, const Rival& rival, std::uint64_t seed);

}  // namespace drydock::sim::table
