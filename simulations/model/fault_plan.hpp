#pragma once
// The faults of one run, drawn up front from a stream of their own: a plan can be printed, cut down
// and played again, and taking one fault out moves nothing else.
#include <string>
#include <vector>

#include "simulations/model/scenario.hpp"

namespace drydock::sim {

enum class FaultKind : std::uint8_t {
  kill,
  cut,
  kill_at_point,
  cut_at_point,
  centre_kill,
  centre_pause,
  clock_jump,
  journal_lost,
  save,
  revert,
};

struct Fault {
  FaultKind kind = FaultKind::kill;
  std::uint32_t appliance = 0;  // 0: the centre
  Instant at;
  std::uint32_t point = 0;  // or, of those at points: the how manieth point of that party
};

std::vector<Fault> draw_faults(const Scenario& scenario, std::uint64_t seed,
                               std::uint32_t appliances);

}  // namespace drydock::sim
