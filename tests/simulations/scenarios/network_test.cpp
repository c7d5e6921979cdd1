// The scenarios of the network: each is felt, and none of them keeps a good release from anybody.
#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;
using namespace drydock::sim::testing;

namespace {

constexpr Size few{60, 10};

Outcome with(Scenario scenario, std::uint64_t seed, std::uint32_t appliances = 60) {
  scenario.appliances = appliances;
  return run_once(scenario, seed);
}

void all_committed(const Outcome& o) {
  BOOST_TEST(o.counts.committed == o.appliances);
  BOOST_TEST(o.counts.rolled_back + o.counts.silent == 0u);
  BOOST_TEST(o.halted == 0u);
}

// How much later the same seed is done with this network than with a plain one.
Duration later_than_plain(const char* name, std::uint64_t seed) {
  const Scenario scenario = *scenario_named(name);
  Scenario plain = scenario;
  plain.network = {};
  return {with(scenario, seed).done_after->value - with(plain, seed).done_after->value};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network_scenarios)

BOOST_AUTO_TEST_CASE(messages_that_are_lost_doubled_and_late_delay_and_fail_nothing) {
  play("bad-line", few, all_committed);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(later_than_plain("bad-line", seed).value > 0);
}

BOOST_AUTO_TEST_CASE(appliances_of_a_site_wait_for_each_others_downloads) {
  play("narrow-sites", few, all_committed);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(later_than_plain("narrow-sites", seed).value > minutes(20).value);
}

BOOST_AUTO_TEST_CASE(sites_that_are_cut_off_go_on_when_they_are_back) {
  play("partition", few, all_committed);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(later_than_plain("partition", seed).value > hours(1).value);
}

BOOST_AUTO_TEST_SUITE_END()
