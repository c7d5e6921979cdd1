// Each fault of the world is felt, and does no more than it must.
#include "simulations/model/swarm.hpp"
#include "simulations/oracles/oracles.hpp"
#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;
using namespace drydock::sim::testing;

namespace {

constexpr Size few{60, 10};
constexpr std::uint32_t all = 60;

void all_committed(const Outcome& o) {
  BOOST_TEST(o.counts.committed == o.appliances);
  BOOST_TEST(o.halted == 0u);
}

Outcome once(Scenario scenario, std::uint64_t seed) {
  scenario.appliances = all;
  return run_once(scenario, seed);
}

Scenario without_faults(const char* name) {
  Scenario scenario = *scenario_named(name);
  scenario.faults = {};
  return scenario;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(felt)

BOOST_AUTO_TEST_CASE(a_clock_that_is_wrong_may_keep_an_appliance_back_and_fails_nothing) {
  std::uint32_t kept_back = 0;
  play("wrong-clocks", few, [&](const Outcome& o) {
    BOOST_TEST(o.counts.rolled_back + o.counts.silent == 0u);
    BOOST_TEST(o.halted == 0u);
    BOOST_TEST(o.counts.committed >= all * 7 / 10);  // no more than the fifth whose clocks jumped
    kept_back += o.appliances - o.counts.committed;
  });
  BOOST_TEST(kept_back > 0u);
}

BOOST_AUTO_TEST_CASE(an_appliance_with_a_full_disk_stays_on_its_release_and_halts_nothing) {
  std::uint32_t full = 0;
  play("full-disks", few, [&](const Outcome& o) {
    BOOST_TEST(o.halted == 0u);
    BOOST_TEST(o.counts.exposed == o.counts.committed);
    full += o.appliances - o.counts.committed;
  });
  BOOST_TEST((full > 20u && full < 120u));  // of 600, a tenth
}

BOOST_AUTO_TEST_CASE(a_boot_state_that_often_cannot_be_written_halts_nothing) {
  std::uint32_t committed = 0, tried = 0;
  play("bad-esp", few, [&](const Outcome& o) {
    BOOST_TEST(o.halted == 0u);
    BOOST_TEST(o.counts.rolled_back + o.counts.silent == 0u);
    committed += o.counts.committed, tried += o.appliances;
  });
  BOOST_TEST(committed > tried * 9 / 10);  // five offers each, of which one in five fails
}

BOOST_AUTO_TEST_CASE(a_check_that_cannot_tell_ends_a_trial_as_one_that_fails) {
  play("check-unknown", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 1u);
    BOOST_TEST(o.counts.committed == 0u);
    BOOST_TEST(o.counts.rolled_back == o.counts.exposed);
  });
}

BOOST_AUTO_TEST_CASE(a_host_that_drifts_and_will_not_heal_holds_up_no_release) {
  play("stubborn-drift", few, all_committed);
}

BOOST_AUTO_TEST_CASE(sensors_that_lie_end_trials_of_a_sound_release) {
  std::uint32_t lied = 0;
  play("lying-sensors", few, [&](const Outcome& o) {
    BOOST_TEST(o.counts.committed + o.counts.rolled_back >= o.counts.exposed);
    lied += o.counts.rolled_back;
  });
  BOOST_TEST(lied > 0u);
}

BOOST_AUTO_TEST_CASE(a_release_that_boots_slowly_is_committed_and_takes_its_time) {
  play("slow-release", few, all_committed);
  Scenario quick = *scenario_named("slow-release");
  for (Release& release : quick.releases) release.defect = Defect::none;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(once(*scenario_named("slow-release"), seed).done_after->value >
               once(quick, seed).done_after->value + minutes(5).value);
}

BOOST_AUTO_TEST_CASE(a_release_that_cannot_reach_the_centre_is_found_by_its_silence_and_left) {
  play("unreachable", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 1u);
    BOOST_TEST(o.counts.exposed == 1u);
    BOOST_TEST(o.counts.silent == 1u);
    BOOST_TEST(o.counts.committed == 1u);                             // it was, before it was left
    BOOST_TEST(o.running.at(make_version(1, 0, 0)) == o.appliances);  // and is back by itself
  });
}

BOOST_AUTO_TEST_CASE(a_fault_of_one_model_strikes_that_model_alone) {
  const Scenario scenario = *scenario_named("one-model");
  const Releases releases(scenario, 1);
  std::uint32_t struck = 0;
  for (std::uint32_t i = 1; i <= 300; ++i) {
    const Identity who = identity_of(i, scenario.fleet);
    const bool is = releases.defect(make_version(1, 1, 0), who.id, who.hardware) != Defect::none;
    BOOST_TEST(is == (who.hardware.value == 2));
    struck += is;
  }
  BOOST_TEST(struck == 100u);
  play("one-model", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 1u);
    BOOST_TEST(o.counts.rolled_back >= 1u);
    BOOST_TEST(o.counts.rolled_back + o.counts.committed == o.counts.exposed);
  });
}

BOOST_AUTO_TEST_CASE(a_centre_that_stands_still_delays_and_fails_nothing) {
  play("centre-pauses", few, all_committed);
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(once(*scenario_named("centre-pauses"), seed).done_after->value >
               once(without_faults("centre-pauses"), seed).done_after->value);
}

BOOST_AUTO_TEST_CASE(what_is_submitted_twice_is_done_once_and_refused_once) {
  Scenario scenario = *scenario_named("hasty-operators");
  scenario.appliances = all;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Oracles oracles(all);
    World world(scenario, seed, oracles);
    oracles.watch(world);
    world.run([&] { oracles.each_minute(); });
    oracles.at_end();
    BOOST_TEST(oracles.violations().count() == 0u);
    BOOST_TEST(oracles.truth().committed == all);
    std::uint32_t refused = 0;
    for (const OperatorAnswered& answer : world.centre().operator_answers())
      refused += answer.result == OperatorResult::wrong_phase;
    BOOST_TEST(refused >= 3u);  // a start, a pause and a resume
  }
}

BOOST_AUTO_TEST_CASE(a_swarm_draws_another_run_for_every_seed_and_heals) {
  const Scenario swarm = *scenario_named("swarm");
  std::uint32_t kinds_of_one = 0, quiet = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const FaultMix f = swarmed(swarm, seed).faults;
    BOOST_TEST(f.until.value == hours(8).value);
    quiet += f.kills_permille == 0;
    kinds_of_one += f.kills_permille != swarmed(swarm, seed + 1).faults.kills_permille;
  }
  BOOST_TEST((quiet > 8u && quiet < 32u));
  BOOST_TEST(kinds_of_one > 20u);
  play("swarm", {40, 40}, [](const Outcome& o) { BOOST_TEST(o.counts.exposed <= o.appliances); });
}

BOOST_AUTO_TEST_CASE(a_centre_that_forgets_an_hour_amid_a_swarm_loses_no_report) {
  play("swarm-restored", {120, 60},
       [](const Outcome& o) { BOOST_TEST(o.counts.exposed <= o.appliances); });
}

BOOST_AUTO_TEST_CASE(a_token_that_never_arrived_is_no_silence) {
  play("lost-tokens", {12, 100}, all_committed);
}

BOOST_AUTO_TEST_CASE(sites_that_are_off_at_night_neither_halt_a_release_nor_starve) {
  play("night-closed", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 0u);
    BOOST_TEST(o.counts.committed == o.appliances);
  });
}

BOOST_AUTO_TEST_SUITE_END()
