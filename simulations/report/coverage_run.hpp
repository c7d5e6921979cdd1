#pragma once
// The batch that must reach every name of simulations/coverage: many scenarios, small, over seeds.
#include <functional>
#include <string>
#include <vector>

#include "runtime/result.hpp"
#include "simulations/report/outcome.hpp"

namespace drydock::sim {

struct CoverageRun {
  std::uint64_t first_seed = 1, last_seed = 10;
  std::uint32_t appliances = 40;  // of every scenario
};

struct CoverageOutcome {
  std::uint64_t runs = 0, events = 0, violations = 0;
  std::vector<std::string_view> never_reached;
};

// `told` gets the summary of every run in which an oracle found something.
Result<CoverageOutcome> run_for_coverage(const std::vector<std::string>& scenarios,
                                         const CoverageRun& range,
                                         const std::function<void(const std::string&)>& told);

}  // namespace drydock::sim
