#include "simulations/report/coverage_run.hpp"

#include "simulations/coverage/coverage.hpp"
#include "simulations/scenarios/library.hpp"

namespace drydock::sim {

Result<CoverageOutcome> run_for_coverage(const std::vector<std::string>& scenarios,
                                         const CoverageRun& range,
                                         const std::function<void(const std::string&)>& told) {
  CoverageOutcome out;
  coverage::watch();
  coverage::forget();
  for (const std::string& name : scenarios) {
    auto scenario = scenario_named(name);
    if (!scenario) return scenario.error();
    scenario->appliances = range.appliances;
    scenario->at_least = {};  // a day without news shows nothing new
    for (std::uint64_t seed = range.first_seed; seed <= range.last_seed; ++seed) {
      const Outcome one = run_once(*scenario, seed);
      ++out.runs;
      out.events += one.events;
      out.violations += one.violations;
      if (one.violations != 0) told(summary(one));
    }
  }
  out.never_reached = coverage::never_reached();
  return out;
}

}  // namespace drydock::sim
