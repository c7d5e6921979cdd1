// The planner: whom a rollout is for, what an answer says, and what operators are told.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

BOOST_FIXTURE_TEST_SUITE(selection, PlannedCentre)

BOOST_AUTO_TEST_CASE(a_grant_says_everything_the_appliance_checks) {
  start();
  const Answer a = check_in(1);
  const Grant& g = a.grant;
  BOOST_TEST((g.kind == GrantKind::install && g.appliance.value == 1U && g.rollout == first));
  BOOST_TEST((g.version == release && g.manifest == spec().manifest));
  BOOST_TEST((g.update && a.standing == g.update));
  BOOST_TEST((g.issued == wall && g.expires == wall + spec().policy.install_deadline));
  BOOST_TEST((g.epoch == a.epoch && a.centre_wall == wall));
}

BOOST_AUTO_TEST_CASE(an_answer_states_the_same_grant_again) {
  start();
  const Grant g = check_in(1).grant;
  wait(minutes(5));
  BOOST_TEST((check_in(1).grant == g));
  BOOST_TEST((check_in(1).wait.reason == WaitReason::in_progress));
}

BOOST_AUTO_TEST_CASE(orders_grow_over_all_appliances_and_rollouts) {
  start(spec(50, 50));
  OrderNumber highest;
  for (std::uint64_t n = 1; n <= 10; ++n) {
    const OrderNumber order = check_in(n).grant.order;
    BOOST_TEST((order > highest));
    highest = order;
  }
  move(first, RolloutMove::halt);
  start(spec(50, 50));
  BOOST_TEST((check_in(20).grant.order > highest));
}

BOOST_AUTO_TEST_CASE(an_expired_grant_stands_but_is_not_given_again) {
  start();
  const Answer given = check_in(1);
  wait(hours(25));
  const Answer a = check_in(1);
  BOOST_TEST((a.grant.kind == GrantKind::none && a.standing == given.grant.update));
}

BOOST_AUTO_TEST_CASE(without_a_running_rollout_there_is_nothing) {
  BOOST_TEST((check_in(1).wait.reason == WaitReason::no_rollout));
  create(spec());
  const Wait wait = check_in(1).wait;
  BOOST_TEST((wait.reason == WaitReason::not_started && wait.a == 1U));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::none));
}

BOOST_AUTO_TEST_CASE(an_appliance_that_runs_the_release_is_up_to_date) {
  start();
  running[1] = release;
  const Answer a = check_in(1);
  BOOST_TEST((a.wait.reason == WaitReason::up_to_date && a.wait.a == release.value));
}

BOOST_AUTO_TEST_CASE(the_release_on_trial_is_not_up_to_date_yet) {
  start();
  expose(1);
  running[1] = release;
  BOOST_TEST((check_in(1).wait.reason == WaitReason::in_progress));
}

BOOST_AUTO_TEST_CASE(an_appliance_that_runs_something_newer_is_left_alone) {
  start();
  running[1] = make_version(2, 0, 0);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::newer_already));
}

BOOST_AUTO_TEST_CASE(another_hardware_is_left_alone) {
  RolloutSpec s = spec();
  s.hardware = {8};
  start(s);
  const Answer a = check_in(1);
  BOOST_TEST((a.wait.reason == WaitReason::hardware && a.wait.a == 8U));
}

BOOST_AUTO_TEST_CASE(another_client_has_no_rollout) {
  RolloutSpec s = spec();
  s.client = {2};
  start(s);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::no_rollout));
}

BOOST_AUTO_TEST_CASE(an_appliance_that_failed_is_not_offered_the_same_again) {
  RolloutSpec s = spec(50, 50);
  s.policy.failure_limit = 10;
  start(s);
  expose(1);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::failed_before));
}

BOOST_AUTO_TEST_CASE(a_later_rollout_is_offered_to_those_that_failed_an_earlier_one) {
  start();
  expose(1);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  RolloutSpec s = spec();
  s.version = make_version(1, 1, 1);
  start(s);
  BOOST_TEST((check_in(1).grant.version == s.version));
}

BOOST_AUTO_TEST_CASE(a_rollback_moves_only_those_that_run_the_bad_release) {
  start();
  commit(1);
  RolloutSpec back = spec();
  back.version = old_version;
  back.only_from = release;
  back.downgrade = true;
  const RolloutId id = start(back);
  BOOST_TEST(Planner::targets(store(), id) == 1U);
  const Grant leave = check_in(1).grant;
  BOOST_TEST((leave.version == old_version && leave.downgrade));  // or the appliance refuses it
  // Who never ran it stays with the first rollout.
  const Grant forward = check_in(2).grant;
  BOOST_TEST((forward.rollout == first && !forward.downgrade));
}

BOOST_AUTO_TEST_CASE(without_leave_to_downgrade_nobody_goes_back) {
  start();
  commit(1);
  RolloutSpec back = spec();
  back.version = old_version;
  back.only_from = release;
  start(back);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::newer_already));
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_for_an_older_rollout_ends_first) {
  start();
  check_in(1);
  RolloutSpec s = spec();
  s.version = make_version(1, 2, 0);
  start(s);
  const Answer a = check_in(1);
  BOOST_TEST((a.wait.reason == WaitReason::in_progress && a.grant.version == release));
  BOOST_TEST(proposed.empty());
}

BOOST_AUTO_TEST_CASE(a_rollout_of_higher_priority_governs_until_it_is_done_with_an_appliance) {
  RolloutSpec urgent = spec();
  urgent.policy.priority = 5;
  start(urgent);
  RolloutSpec newer = spec();
  newer.version = make_version(1, 2, 0);
  const RolloutId second = start(newer);
  commit(1);
  BOOST_TEST((row(1)->rollout == first));
  const Answer a = check_in(1);
  BOOST_TEST((a.grant.kind == GrantKind::install && a.grant.rollout == second));
  BOOST_TEST((check_in(2).grant.rollout == first));
}

BOOST_AUTO_TEST_CASE(priority_never_leads_back_to_an_older_release) {
  RolloutSpec urgent = spec();
  urgent.policy.priority = 5;
  start(urgent);
  RolloutSpec newer = spec();
  newer.version = make_version(1, 2, 0);
  start(newer);
  running[1] = newer.version;
  const Answer a = check_in(1);
  BOOST_TEST((a.grant.kind == GrantKind::none && a.wait.reason == WaitReason::up_to_date));
}

BOOST_AUTO_TEST_CASE(a_halted_rollout_of_higher_priority_keeps_nobody_from_a_newer_one) {
  RolloutSpec urgent = spec();
  urgent.policy.priority = 5;
  start(urgent);
  RolloutSpec newer = spec();
  newer.version = make_version(1, 2, 0);
  const RolloutId second = start(newer);
  move(first, RolloutMove::halt);
  BOOST_TEST((check_in(1).grant.rollout == second));
}

BOOST_AUTO_TEST_CASE(a_rollback_moves_its_appliances_beside_a_rollout_of_higher_priority) {
  RolloutSpec urgent = spec();
  urgent.policy.priority = 5;
  start(urgent);
  RolloutSpec bad = spec();
  bad.version = make_version(1, 2, 0);
  const RolloutId second = start(bad);
  running[1] = bad.version;
  move(second, RolloutMove::halt);
  RolloutSpec back = spec();
  back.version = release;
  back.only_from = bad.version;
  back.downgrade = true;
  const RolloutId third = start(back);
  BOOST_TEST((check_in(1).grant.rollout == third));
  BOOST_TEST((row(1)->rollout == third));
  say(1, ReportKind::staged);
  ask_token(1);
  running[1] = release;
  say(1, ReportKind::committed);
  BOOST_TEST((check_in(1).grant.kind == GrantKind::none));
}

BOOST_AUTO_TEST_CASE(an_appliance_without_a_clock_waits_for_the_time) {
  start();
  ApplianceSeen e = seen(1);
  e.facts.wall_trust = WallTrust::unset;
  step(e);
  const Answer a = settle();
  BOOST_TEST((a.wait.reason == WaitReason::clock_unset && a.grant.kind == GrantKind::none));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_full_table_tells_the_appliance_to_come_back_and_takes_nothing_back) {
  for (std::uint64_t n = 1; !store().appliances.full(); ++n) check_in(n);
  ApplianceSeen e = seen(100'000);
  e.facts.update = {500};
  step(e);
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::busy));
  BOOST_TEST(get<AnswerReady>()->answer.epoch.value == 0U);
  BOOST_TEST((get<AnswerReady>()->answer.standing.value == 500U));
}

BOOST_AUTO_TEST_CASE(rollouts_are_numbered_from_one_and_remember_who_and_why) {
  BOOST_TEST((create(spec()) == first));
  BOOST_TEST((create(spec()) == RolloutId{2}));
  BOOST_TEST((rollout().by.view() == "ada" && rollout().why.view() == "why not"));
  BOOST_TEST((rollout().phase == RolloutPhase::created));
}

BOOST_AUTO_TEST_CASE(an_operator_is_told_what_cannot_be) {
  BOOST_TEST((move({9}, RolloutMove::start) == OperatorResult::not_found));
  create(spec());
  BOOST_TEST((move(first, RolloutMove::pause) == OperatorResult::wrong_phase));
  BOOST_TEST((move(first, RolloutMove::resume) == OperatorResult::wrong_phase));
  BOOST_TEST((move(first, RolloutMove::none) == OperatorResult::wrong_phase));
  BOOST_TEST((move(first, RolloutMove::start) == OperatorResult::done));
  BOOST_TEST((move(first, RolloutMove::start) == OperatorResult::wrong_phase));
}

BOOST_AUTO_TEST_CASE(only_so_many_rollouts_are_kept) {
  for (std::uint32_t n = 0; n < Planner::rollouts_max; ++n) create(spec());
  store().rollouts.reserve(2 * Planner::rollouts_max, 64);
  step(Planner::RolloutAsked{{900}, spec(), "ada", ""});
  decide(take());
  BOOST_TEST((said() == OperatorResult::too_many));
}

BOOST_AUTO_TEST_CASE(what_the_log_did_not_take_has_not_happened) {
  step(Planner::RolloutAsked{{900}, spec(), "ada", ""});
  step(Planner::NotDecided{take()});
  BOOST_TEST((said() == OperatorResult::not_decided && store().rollouts.size() == 0U));
}

BOOST_AUTO_TEST_SUITE_END()
