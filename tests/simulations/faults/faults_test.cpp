// The named scenarios with kills, power cuts, a flaky decision log and a lossy network.
#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;
using namespace drydock::sim::testing;

namespace {

void all_committed(const Outcome& o) {
  BOOST_TEST(o.counts.committed == o.appliances);
  BOOST_TEST(o.halted == 0u);
}

void halted(const Outcome& o) { BOOST_TEST(o.halted == 1u); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_rollout_survives_restarts_of_the_centre) {
  play("centre-restarts", {50, 50}, [](const Outcome& o) {
    all_committed(o);
    BOOST_TEST(o.centre_restarts > 0u);
  });
}

BOOST_AUTO_TEST_CASE(nobody_is_silent_for_want_of_a_centre) {
  std::uint64_t outages = 0;  // the point at which the centre ends may lie behind the rollout
  play("centre-outage", {50, 50}, [&](const Outcome& o) {
    all_committed(o);
    BOOST_TEST(o.counts.silent == 0u);
    outages += o.centre_restarts;
  });
  BOOST_TEST(outages >= 40u);
}

BOOST_AUTO_TEST_CASE(a_rollout_survives_kills_of_agents_at_random_points) {
  play("process-restarts", {50, 50}, all_committed);
}

BOOST_AUTO_TEST_CASE(a_rollout_survives_power_cuts_at_random_points) {
  play("power-cuts", {50, 50}, [](const Outcome& o) {
    // Three cuts in one trial end it; that is a failure the policy may halt for.
    BOOST_TEST(o.counts.committed + o.counts.rolled_back >= o.counts.exposed);
    if (o.halted == 0) BOOST_TEST(o.counts.committed == o.appliances);
  });
}

BOOST_AUTO_TEST_CASE(a_rollout_survives_a_decision_log_that_refuses_and_forgets) {
  play("flaky-log", {50, 50}, all_committed);
}

BOOST_AUTO_TEST_CASE(a_good_release_converges_under_all_faults_at_once) {
  play("storm", {60, 50}, [](const Outcome& o) {
    if (o.halted == 0) BOOST_TEST(o.counts.committed + o.counts.rolled_back >= o.appliances);
  });
}

BOOST_AUTO_TEST_CASE(a_bad_release_halts_under_all_faults_at_once) {
  play("bad-storm", {60, 50}, [](const Outcome& o) {
    halted(o);
    BOOST_TEST(o.counts.committed == 0u);
    BOOST_TEST(o.counts.exposed <= 6u);
  });
}

BOOST_AUTO_TEST_CASE(a_halt_holds_under_all_faults_at_once) {
  play("halt-storm", {60, 50}, halted);
}

BOOST_AUTO_TEST_CASE(what_is_left_of_one_rollout_does_not_disturb_the_next) {
  play("two-rounds", {40, 50}, [](const Outcome& o) { BOOST_TEST(o.halted == 0u); });
}

BOOST_AUTO_TEST_CASE(a_rollback_brings_back_whoever_runs_the_bad_release) {
  play("rollback", {40, 50}, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed > 0u);
    BOOST_TEST(o.running.at(make_version(1, 0, 0)) == o.appliances);
  });
}

BOOST_AUTO_TEST_CASE(clocks_that_are_set_late_delay_a_rollout_and_fail_nothing) {
  play("late-clocks", {40, 50}, [](const Outcome& o) { BOOST_TEST(o.counts.silent == 0u); });
}
