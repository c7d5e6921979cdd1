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

BOOST_AUTO_TEST_SUITE_END()
