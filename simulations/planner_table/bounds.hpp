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

// Where the same row, of the same fleet, comes to something else with verdicts alone than through
// the world. They agree when no seed halts in the one and goes through in the other, at most a
// third of the seeds come to another end at all, and of the seeds that end alike the medians of the
// exposed differ by at most a factor of two and twenty, and no time by more than a half. In a
// single seed it is chance whether a failure is among the first verdicts of a round or its last.
// Empty: they agree.
inline constexpr std::uint32_t agree_factor = 2, agree_appliances = 20;
std::vector<std::string> disagreements(const Row& row, std::span<const Result> verdicts,
                                       std::span<const Result> world);

}  // namespace drydock::sim::table
