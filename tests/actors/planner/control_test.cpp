// The planner: what people do to a rollout, and what they may not.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

struct Controlled : PlannedCentre {
  static RolloutSpec by_two() {
    RolloutSpec s = spec();
    s.policy.needs_approval = true;
    return s;
  }
  OperatorResult move_as(const char* who, RolloutId id, RolloutMove how) {
    step(Planner::MoveAsked{{902}, {id, how}, who, "because"});
    while (!proposed.empty()) decide(take());
    return said();
  }
  OperatorResult release_order(std::uint64_t n) {
    step(Planner::ReleaseAsked{{903}, {n}, "ada", "it is off"});
    while (!proposed.empty()) decide(take());
    return said();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(control, Controlled)

BOOST_AUTO_TEST_CASE(a_rollout_that_needs_an_approval_does_not_start_without) {
  create(by_two());
  BOOST_TEST((move(first, RolloutMove::start) == OperatorResult::not_approved));
  BOOST_TEST((rollout().phase == RolloutPhase::created));
  const Wait wait = check_in(1).wait;
  BOOST_TEST((wait.reason == WaitReason::approval && wait.a == 1U));
  BOOST_TEST((move_as("bob", first, RolloutMove::approve) == OperatorResult::done));
  BOOST_TEST((rollout().approved_by.view() == "bob"));
  BOOST_TEST((check_in(1).wait.reason == WaitReason::not_started));
  BOOST_TEST((move(first, RolloutMove::start) == OperatorResult::done));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(nobody_approves_his_own_rollout) {
  create(by_two());
  BOOST_TEST((move_as("ada", first, RolloutMove::approve) == OperatorResult::own_approval));
  BOOST_TEST(rollout().approved_by.empty());
}

BOOST_AUTO_TEST_CASE(an_approval_is_given_once_and_only_where_it_is_asked_for) {
  create(by_two());
  create(spec());
  BOOST_TEST((move_as("bob", {2}, RolloutMove::approve) == OperatorResult::wrong_phase));
  BOOST_TEST((move_as("bob", first, RolloutMove::approve) == OperatorResult::done));
  BOOST_TEST((move_as("eve", first, RolloutMove::approve) == OperatorResult::wrong_phase));
  BOOST_TEST(rollout().approved_by.view() == "bob");
}

BOOST_AUTO_TEST_CASE(a_rollout_that_runs_or_is_halted_cannot_be_approved) {
  create(by_two());
  move_as("bob", first, RolloutMove::approve);
  move(first, RolloutMove::start);
  BOOST_TEST((move_as("eve", first, RolloutMove::approve) == OperatorResult::wrong_phase));
  create(by_two());
  move({2}, RolloutMove::halt);
  BOOST_TEST((move_as("bob", {2}, RolloutMove::approve) == OperatorResult::wrong_phase));
}

BOOST_AUTO_TEST_CASE(who_runs_a_release_is_told_of_the_newer_one_that_waits) {
  start();
  commit(1);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::up_to_date));
  RolloutSpec next = by_two();
  next.version = make_version(1, 2, 0);
  create(next);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::approval));
  RolloutSpec other = spec();
  other.version = make_version(1, 3, 0);
  other.hardware = {99};
  create(other);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::approval));
}

BOOST_AUTO_TEST_CASE(a_released_order_frees_its_place_and_is_named_in_the_log) {
  start(spec(50, 50));
  sites[1] = sites[2] = 5;
  check_in(1);
  BOOST_TEST((check_in(2).wait.reason == WaitReason::site_busy));
  step(Planner::ReleaseAsked{{903}, {1}, "ada", "it is off"});
  const Decision d = take();
  BOOST_TEST((d.by.view() == "ada" && d.why.view() == "it is off"));
  decide(d);
  BOOST_TEST((said() == OperatorResult::done && get<OperatorAnswered>()->rollout == first));
  BOOST_TEST((row(1)->stage == Stage::lapsed && rollout().in_flight == 0U));
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(whoever_let_go_of_a_released_order_may_be_offered_it_again) {
  start(spec(50, 50));
  check_in(1);
  const UpdateId old = row(1)->update;
  release_order(1);
  ApplianceSeen e = seen(1);
  e.facts.phase = UpdatePhase::installing;
  step(e);
  const Answer a = settle();
  BOOST_TEST((a.standing != old && a.grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_released_token_leaves_its_silence_to_count_as_a_failure) {
  RolloutSpec s = spec(50, 50);
  s.policy.failure_limit = 5;
  start(s);
  expose(1);
  BOOST_TEST((release_order(1) == OperatorResult::done));
  BOOST_TEST((row(1)->stage == Stage::released && rollout().exposed_now == 0U));
  BOOST_TEST(planner::failures(tally()) == 0U);
  const Answer a = check_in(1);
  BOOST_TEST((!a.standing && a.grant.kind == GrantKind::none));
  BOOST_TEST((a.wait.reason == WaitReason::in_progress));
  wait(minutes(31));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::silent && tally().silent == 1U));
}

BOOST_AUTO_TEST_CASE(a_verdict_after_the_release_counts_as_it_would_have) {
  RolloutSpec s = spec(50, 50);
  s.policy.failure_limit = 5;
  start(s);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    expose(n);
    release_order(n);
  }
  say(1, ReportKind::committed);
  say(2, ReportKind::rolled_back, Reason::check_failed);
  say(3, ReportKind::order_refused, Reason::cancelled);  // it had not used its token
  BOOST_TEST((row(1)->stage == Stage::committed && tally().committed == 1U));
  BOOST_TEST((row(2)->stage == Stage::rolled_back && tally().rolled_back == 1U));
  BOOST_TEST((row(3)->stage == Stage::lapsed));
  wait(hours(2));
  sweep();
  BOOST_TEST(planner::failures(tally()) == 1U);
  BOOST_TEST((rollout().verdicts == planner::Verdicts{2, 1}));
}

BOOST_AUTO_TEST_CASE(what_holds_nothing_cannot_be_released) {
  start();
  BOOST_TEST((release_order(1) == OperatorResult::not_found));
  check_in(1);
  check_in(2);
  BOOST_TEST((release_order(2) == OperatorResult::wrong_phase));
  BOOST_TEST((release_order(1) == OperatorResult::done));
  BOOST_TEST((release_order(1) == OperatorResult::wrong_phase));
}

BOOST_AUTO_TEST_CASE(a_release_of_an_older_order_is_void) {
  start();
  check_in(1);
  step(Planner::ReleaseAsked{{903}, {1}, "ada", "it is off"});
  const Decision late = take();
  step(Planner::NotDecided{late});
  BOOST_TEST((said() == OperatorResult::not_decided));
  wait(hours(25));
  sweep();  // lapsed
  check_in(1);
  decide(late);
  BOOST_TEST((row(1)->stage == Stage::granted));
}

BOOST_AUTO_TEST_SUITE_END()
