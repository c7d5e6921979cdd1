#pragma once
// What a row of results says, and which bounds of the planner it breaks.
#include <optional>
#include <span>

#include "simulations/planner_table/rows.hpp"

namespace drydock::sim::table {

struct Line {
  std::string scenario, policy;
  std::uint32_t appliances = 0, seeds = 0;
  std::uint32_t exposed_median = 0, exposed_max = 0, halted = 0, held = 0, stuck = 0;
  std::optional<double> hours_to_99;  // the median; none where no seed got there
  std::int64_t halt_after_ms_max = -1;
};

Line line_of(const Row& row, const Rival& rival, std::span<const Result> results);

// One sentence for each bound that is broken; bounds in appliances hold from 100,000 on.
std::vector<std::string> broken(const Row& row, const Line& line, std::span<const Result> results);

}  // namespace drydock::sim::table
