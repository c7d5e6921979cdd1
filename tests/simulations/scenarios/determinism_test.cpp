// The same run twice, and a thousand appliances in seconds.
#include <chrono>

#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

std::string difference(const char* name, std::uint64_t seed) {
  Scenario scenario = *scenario_named(name);
  scenario.appliances = 60;
  Outcome outcome;
  return first_difference(scenario, seed, outcome).value_or("");
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_runs_set_up_in_opposite_orders_are_equal_to_the_bit) {
  for (const char* name : {"good", "bad", "storm", "halt-storm"})
    for (std::uint64_t seed = 1; seed <= 5; ++seed) BOOST_TEST(difference(name, seed) == "");
}

BOOST_AUTO_TEST_CASE(another_seed_is_another_run) {
  const Scenario scenario = *scenario_named("good");
  BOOST_TEST(run_once(scenario, 1).digest != run_once(scenario, 2).digest);
}

BOOST_AUTO_TEST_CASE(a_transcript_changes_nothing) {
  const Scenario scenario = *scenario_named("storm");
  std::size_t lines = 0;
  const Outcome followed = run_once(scenario, 3, {4, [&](const std::string&) { ++lines; }});
  BOOST_TEST(lines > 100u);
  BOOST_TEST(followed.digest == run_once(scenario, 3).digest);
}

BOOST_AUTO_TEST_CASE(a_thousand_appliances_go_through_a_good_and_a_bad_rollout) {
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t events = 0;
  for (const char* name : {"good", "bad"}) {
    Scenario scenario = *scenario_named(name);
    scenario.appliances = 1000;
    const Outcome outcome = run_once(scenario, 1);
    BOOST_TEST_INFO_SCOPE(summary(outcome));
    BOOST_TEST(outcome.violations == 0u);
    BOOST_TEST(outcome.counts.committed == (outcome.halted == 0 ? 1000u : 0u));
    BOOST_TEST(outcome.counts.exposed == (outcome.halted == 0 ? 1000u : 1u));
    events += outcome.events;
  }
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::steady_clock::now() - begin)
                      .count();
  BOOST_TEST_MESSAGE("1,000 appliances, good and bad: " << events << " events in " << ms << " ms");
}
