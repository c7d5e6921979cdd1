// The planner: how fast a rollout may go, and when it stops.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;
using testing::PlannedCentre;

BOOST_AUTO_TEST_CASE(planner_takes_every_event_in_every_state) {
  for (std::uint64_t entity = 0; entity < 8; ++entity) testing::live<Planner>(entity, 5'000);
  BOOST_TEST(true);
}

BOOST_FIXTURE_TEST_SUITE(pace, PlannedCentre)

BOOST_AUTO_TEST_CASE(the_canary_goes_first_and_alone) {
  start();
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
  const Answer a = check_in(2);
  BOOST_TEST((a.grant.kind == GrantKind::none && a.wait.reason == WaitReason::ramp));
  BOOST_TEST((a.wait.a == 1U && a.wait.b == 1U));
}

BOOST_AUTO_TEST_CASE(it_grows_with_what_has_committed) {
  start();
  std::uint64_t next = 1;
  for (std::uint32_t committed = 1; committed <= 8; ++committed) {
    commit(next++);
    BOOST_TEST(planner::allowed_in_flight(rollout().spec.policy, tally()) == committed);
  }
  std::uint64_t given = 0;
  while (check_in(next++).grant.kind == GrantKind::install) ++given;
  BOOST_TEST(given == 8U);
}

BOOST_AUTO_TEST_CASE(installed_earns_nothing) {
  start();
  stage(1);
  BOOST_TEST((check_in(2).wait.reason == WaitReason::ramp));
  ask_token(1);
  BOOST_TEST((check_in(2).wait.reason == WaitReason::ramp));
}

BOOST_AUTO_TEST_CASE(never_more_than_the_largest_number_in_flight) {
  start(spec(3, 100));
  for (std::uint64_t n = 1; n <= 3; ++n) BOOST_TEST((check_in(n).grant.kind == GrantKind::install));
  BOOST_TEST((check_in(4).wait.reason == WaitReason::ramp));
  BOOST_TEST(rollout().in_flight == 3U);
}

BOOST_AUTO_TEST_CASE(one_of_a_site_at_a_time) {
  start(spec(50, 50));
  sites[1] = sites[2] = 5;
  check_in(1);
  const Answer a = check_in(2);
  BOOST_TEST((a.wait.reason == WaitReason::site_busy && a.wait.a == 1U && a.wait.b == 1U));
  say(1, ReportKind::staged);
  ask_token(1);
  running[1] = release;
  say(1, ReportKind::committed);
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(an_appliance_moved_in_flight_counts_at_its_new_site) {
  start(spec(50, 50));
  sites[1] = 5;
  check_in(1);
  sites[1] = 6;
  check_in(1);
  sites[2] = 5;
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
  sites[3] = 6;
  BOOST_TEST((check_in(3).wait.reason == WaitReason::site_busy));
}

BOOST_AUTO_TEST_CASE(proposals_on_their_way_count_against_the_caps) {
  start(spec(50, 2));
  sites[1] = sites[2] = 5;
  step(seen(1));
  step(seen(2));
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::site_busy));
  step(seen(3));
  step(seen(4));
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::ramp));
  BOOST_TEST(proposed.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_proposal_an_appliance) {
  start();
  step(seen(1));
  step(seen(1));
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::deciding));
  BOOST_TEST(proposed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(only_so_many_proposals_at_once) {
  start();
  store().head.proposing = Planner::proposals_max;
  step(seen(1));
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::busy));
  BOOST_TEST(get<AnswerReady>()->answer.epoch.value == 0U);  // heard with a mark, or not at all
  step(Planner::RolloutAsked{{900}, spec(), "ada", ""});
  BOOST_TEST((said() == OperatorResult::too_many));
}

BOOST_AUTO_TEST_CASE(it_halts_at_the_failure_limit) {
  RolloutSpec s = spec(50, 50);
  s.policy.failure_limit = 2;
  start(s);
  for (std::uint64_t n = 1; n <= 3; ++n) expose(n);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST((rollout().phase == RolloutPhase::running));
  const Epoch before = store().head.epoch;
  say(2, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST((rollout().phase == RolloutPhase::halted));
  BOOST_TEST(store().head.epoch.value == before.value + 1);
  BOOST_TEST(rollout().moved_by.empty());  // nobody: it halted itself
}

BOOST_AUTO_TEST_CASE(a_halted_rollout_grants_nothing_and_takes_back_what_is_not_used) {
  start(spec(50, 50));
  check_in(1);
  stage(2);
  expose(3);
  BOOST_TEST((move(first, RolloutMove::halt) == OperatorResult::done));
  for (std::uint64_t n = 1; n <= 3; ++n) {
    ApplianceSeen e = seen(n);
    e.facts.phase = n == 1 ? UpdatePhase::installing : UpdatePhase::staged;
    e.facts.wants_token = n > 1;
    step(e);
    const Answer a = settle();
    BOOST_TEST((a.grant.kind == GrantKind::none && !a.standing));
    BOOST_TEST((a.wait.reason == WaitReason::halted && a.epoch.value == 2U));
  }
  BOOST_TEST((check_in(4).wait.reason == WaitReason::halted));
}

BOOST_AUTO_TEST_CASE(a_halted_grant_that_its_appliance_does_not_follow_is_released) {
  start();
  check_in(1);
  move(first, RolloutMove::halt);
  check_in(1);
  BOOST_TEST((row(1)->stage == Stage::lapsed && rollout().in_flight == 0U));
}

BOOST_AUTO_TEST_CASE(a_grant_on_its_way_when_the_rollout_halts_is_void) {
  start();
  step(seen(1));
  const Decision late = take();
  move(first, RolloutMove::halt);
  decide(late);
  BOOST_TEST((get<AnswerReady>()->answer.grant.kind == GrantKind::none));
  BOOST_TEST((row(1)->stage == Stage::none && rollout().in_flight == 0U));
}

BOOST_AUTO_TEST_CASE(nothing_leaves_a_halt) {
  start();
  move(first, RolloutMove::halt);
  for (RolloutMove how :
       {RolloutMove::start, RolloutMove::resume, RolloutMove::pause, RolloutMove::halt})
    BOOST_TEST((move(first, how) == OperatorResult::wrong_phase));
}

BOOST_AUTO_TEST_CASE(a_paused_rollout_stands_behind_its_updates_and_grants_nothing_new) {
  start(spec(50, 50));
  stage(1);
  move(first, RolloutMove::pause);
  const Answer a = ask_token(1);
  BOOST_TEST((a.grant.kind == GrantKind::none && a.standing == row(1)->update));
  BOOST_TEST((check_in(2).wait.reason == WaitReason::paused));
  BOOST_TEST(store().head.epoch.value == 1U);
  move(first, RolloutMove::resume);
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_SUITE_END()
