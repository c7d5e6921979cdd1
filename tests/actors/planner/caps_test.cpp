// The planner: caps beside the ramp, and a selection by sites.
#include <boost/test/unit_test.hpp>

#include "actors/planner/selection.hpp"
#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

BOOST_FIXTURE_TEST_SUITE(caps, PlannedCentre)

BOOST_AUTO_TEST_CASE(only_so_many_of_the_whole_fleet_over_all_rollouts) {
  RolloutSpec one = spec(50, 50);
  one.hardware = {7};
  start(one);
  check_in(1);
  check_in(2);
  RolloutSpec other = spec(50, 50);
  other.version = make_version(1, 2, 0);
  other.policy.fleet_at_once = 3;
  start(other);
  BOOST_TEST((check_in(3).grant.kind == GrantKind::install));
  const Wait wait = check_in(4).wait;
  BOOST_TEST((wait.reason == WaitReason::fleet_busy && wait.a == 3U && wait.b == 3U));
  say(1, ReportKind::install_failed, Reason::download_cut);
  BOOST_TEST((check_in(4).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(only_so_many_download_at_once_and_a_staged_one_makes_room) {
  RolloutSpec s = spec(50, 50);
  s.policy.downloads_at_once = 2;
  start(s);
  check_in(1);
  step(seen(2));  // on its way through the decision log
  step(seen(3));
  const Wait wait = get<AnswerReady>()->answer.wait;
  BOOST_TEST((wait.reason == WaitReason::bandwidth && wait.a == 2U && wait.b == 2U));
  while (!proposed.empty()) decide(take());
  say(1, ReportKind::staged);
  BOOST_TEST((check_in(3).grant.kind == GrantKind::install));
  BOOST_TEST(rollout().downloading == 2U);
}

BOOST_AUTO_TEST_CASE(a_grant_that_comes_late_finds_its_cap_taken_and_is_void) {
  RolloutSpec s = spec(50, 50);
  s.policy.downloads_at_once = s.policy.fleet_at_once = 1;
  start(s);
  step(seen(1));
  const Decision late = take();
  step(Planner::NotDecided{late});
  check_in(2);
  decide(late);
  BOOST_TEST((row(1)->stage == Stage::none && rollout().in_flight == 1U));
}

BOOST_AUTO_TEST_CASE(a_rollout_for_some_sites_leaves_the_others_out_and_says_so) {
  RolloutSpec s = spec(50, 50);
  s.sites.add({5});
  s.sites.add({6});
  for (std::uint64_t n = 1; n <= 3; ++n) sites[n] = 4 + n;  // 5, 6, 7
  start(s);
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
  const Answer left_out = check_in(3);
  BOOST_TEST((left_out.wait.reason == WaitReason::not_selected && left_out.wait.a == 1U));
  BOOST_TEST(Planner::targets(store(), first) == 2U);
  BOOST_TEST(planner::count_fleet(store(), first).fleet == 2U);
}

BOOST_AUTO_TEST_CASE(an_appliance_that_leaves_the_selected_site_keeps_what_it_has) {
  RolloutSpec s = spec(50, 50);
  s.sites.add({5});
  sites[1] = 5;
  start(s);
  stage(1);
  sites[1] = 6;
  const Answer a = ask_token(1);
  BOOST_TEST((a.standing == row(1)->update && a.grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_SUITE_END()
