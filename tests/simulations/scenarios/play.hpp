#pragma once
// Plays a named scenario over seeds; a failure names the seed and what the oracles found.
#include <boost/test/unit_test.hpp>

#include <string>

#include "simulations/report/outcome.hpp"
#include "simulations/scenarios/library.hpp"

namespace drydock::sim::testing {

struct Size {
  std::uint32_t appliances = 50;
  std::uint64_t seeds = 50;
};

// expect(outcome) checks what this scenario is to end with.
template <class Expect>
void play(const char* name, Size size, Expect&& expect) {
  Scenario scenario = *scenario_named(name);
  scenario.appliances = size.appliances;
  for (std::uint64_t seed = 1; seed <= size.seeds; ++seed) {
    const Outcome outcome = run_once(scenario, seed);
    BOOST_TEST_INFO_SCOPE("fleet-sim run " << name << " --seed " << seed << " --appliances "
                                           << size.appliances << "\n"
                                           << summary(outcome));
    BOOST_TEST(outcome.violations == 0u);
    BOOST_TEST(outcome.done_after.has_value());
    expect(outcome);
  }
}

}  // namespace drydock::sim::testing
