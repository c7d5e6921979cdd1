// What is lost: the centre and its backup, journals, disks, keys, an hour of the night.
#include <algorithm>

#include "simulations/model/ground.hpp"
#include "simulations/model/windows.hpp"
#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;
using namespace drydock::sim::testing;

namespace {

constexpr Size few{40, 10};

void all_committed(const Outcome& o) {
  BOOST_TEST(o.counts.committed == o.appliances);
  BOOST_TEST(o.counts.rolled_back + o.counts.silent == 0u);
  BOOST_TEST(o.halted == 0u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lost)

BOOST_AUTO_TEST_CASE(a_centre_that_is_set_up_from_a_backup_finds_the_truth_again) {
  play("old-backup", few, [](const Outcome& o) {
    all_committed(o);
    BOOST_TEST(o.centre_restarts >= 1u);
    BOOST_TEST(o.done_after->value >= hours(5).value);  // lost at four, and held for an hour
  });
}

BOOST_AUTO_TEST_CASE(what_was_halted_stays_so_although_the_backup_does_not_know) {
  play("backup-before-halt", few, [](const Outcome& o) { BOOST_TEST(o.halted == 1u); });
}

BOOST_AUTO_TEST_CASE(files_that_are_copied_back_by_hand_are_found_by_the_oracles) {
  Scenario scenario = *scenario_named("old-backup");
  scenario.appliances = 60;
  scenario.restore = {Instant{} + hours(1), Instant{} + hours(2), true, {}};
  std::vector<std::string> told;
  for (std::uint64_t seed = 1; seed <= 8; ++seed)
    for (const std::string& line : run_once(scenario, seed).told) told.push_back(line);
  const auto has = [&](std::string_view what) {
    return std::any_of(told.begin(), told.end(), [&](const std::string& line) {
      return line.find(what) != std::string::npos;
    });
  };
  BOOST_TEST(has("an order that is no newer than one of the lost centre"));
  BOOST_TEST(has("is granted an update a second time"));
  scenario.restore.by_hand = false;
  scenario.restore.held = hours(1);
  const Outcome proper = run_once(scenario, 1);
  BOOST_TEST_INFO_SCOPE(summary(proper));
  BOOST_TEST(proper.violations == 0u);
}

BOOST_AUTO_TEST_CASE(journals_that_fail_or_are_lost_delay_and_fail_nothing) {
  play("bad-disks", few, all_committed);
}

BOOST_AUTO_TEST_CASE(a_disk_that_goes_back_is_brought_up_again) {
  play("disks-go-back", few,
       [](const Outcome& o) { BOOST_TEST(o.running.at(make_version(1, 1, 0)) == o.appliances); });
}

BOOST_AUTO_TEST_CASE(a_planner_that_reads_old_rows_breaks_no_rule) {
  play("stale-reads", few, all_committed);
}

BOOST_AUTO_TEST_CASE(who_boots_the_other_slot_by_hand_is_left_on_a_release_that_works) {
  play("other-slot", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 0u);
    BOOST_TEST(o.counts.rolled_back + o.counts.silent == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_new_key_delays_a_rollout_and_fails_nothing) {
  play("key-rotation", few, all_committed);
}

BOOST_AUTO_TEST_CASE(sites_that_lose_their_way_out_are_reached_when_they_have_it_again) {
  play("silent-egress", few, [](const Outcome& o) { BOOST_TEST(o.counts.rolled_back == 0u); });
}

BOOST_AUTO_TEST_CASE(who_joins_late_is_brought_up_to_the_release) {
  play("late-joiners", few, all_committed);
}

BOOST_AUTO_TEST_CASE(a_release_that_wears_out_is_taken_back) {
  play("slow-burn", few, [](const Outcome& o) {
    BOOST_TEST(o.running.at(make_version(1, 0, 0)) == o.appliances);
    BOOST_TEST(o.counts.rolled_back == 0u);  // no verdict saw it: a person did
  });
}

BOOST_AUTO_TEST_CASE(a_fleet_of_one_is_its_own_canary) {
  play("one-box", {1, 10}, [](const Outcome& o) {
    BOOST_TEST(o.counts.rolled_back == 1u);
    BOOST_TEST(o.running.at(make_version(1, 2, 0)) == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_model_that_is_slow_by_its_measured_times_takes_longer) {
  play("old-and-new-boxes", few, all_committed);
  Scenario measured = *scenario_named("old-and-new-boxes"), even = measured;
  measured.appliances = even.appliances = 40;
  even.hardware = {measured.hardware[0], measured.hardware[0]};
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    BOOST_TEST(run_once(measured, seed).done_after->value > run_once(even, seed).done_after->value);
}

BOOST_AUTO_TEST_CASE(windows_are_kept_in_every_zone_and_through_the_change_to_summer_time) {
  play("summer-time", few, all_committed);
}

BOOST_AUTO_TEST_CASE(a_night_in_which_clocks_are_put_ahead_is_an_hour_short) {
  constexpr Instant change{hours(25).value};  // 01:00 UTC of the second day
  const Window window{false, hours(22), hours(6), {Duration{0}, hours(9)}, change};
  const WallTime first = Ground::midnight;
  const auto utc = next_window(window, {0}, first + hours(12));
  BOOST_TEST(utc.opens.value == (first + hours(22)).value);
  BOOST_TEST(utc.closes.value == (first + hours(27)).value);
  const auto after = next_window(window, {0}, first + hours(30));
  BOOST_TEST(after.opens.value == (first + hours(24 + 21)).value);
  BOOST_TEST(after.closes.value == (first + hours(24 + 27)).value);
  const auto ahead = next_window(window, {1}, first + hours(12));  // nine hours ahead: 21:00 there
  BOOST_TEST(ahead.opens.value == (first + hours(13)).value);
  BOOST_TEST(window_is_open(window, {1}, first + hours(14), Duration{0}));
  BOOST_TEST(!window_is_open(window, {0}, first + hours(14), Duration{0}));
  BOOST_TEST(!window_is_open(window, {0}, first + hours(27), Duration{0}));
}

BOOST_AUTO_TEST_SUITE_END()
