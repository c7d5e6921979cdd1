// Plays scenarios with all oracles on until one finds something, up to 200 seeds each, and says
// what. Linked once with the machines as they are, and once with each planted fault.
#include <array>
#include <iostream>

#include "simulations/report/outcome.hpp"
#include "simulations/scenarios/library.hpp"

int main() {
  using namespace drydock::sim;
  constexpr std::array scenarios{"storm", "halt-storm", "nights",
                                 "swarm", "flaky-log",  "unreachable"};
  constexpr std::uint32_t appliances = 30;
  constexpr std::uint64_t seeds = 200;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (const char* name : scenarios) {
      auto scenario = scenario_named(name);
      if (!scenario) {
        std::cerr << scenario.error().text << "\n";
        return 2;
      }
      scenario->appliances = appliances;
      const Outcome outcome = run_once(*scenario, seed);
      if (outcome.violations == 0) continue;
      std::cout << "found: " << name << " seed " << seed << ": " << outcome.told.front() << "\n";
      return 1;
    }
  std::cout << "found nothing in " << seeds << " seeds of each scenario\n";
  return 0;
}
