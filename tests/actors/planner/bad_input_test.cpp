// The planner: verdicts that cannot be, come late or twice, and a world that changes under a
// rollout.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

struct Confused : PlannedCentre {
  static RolloutSpec patient() {
    RolloutSpec s = spec(50, 50);
    s.policy.failure_limit = 100;
    return s;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_input, Confused)

BOOST_AUTO_TEST_CASE(a_replayed_report_changes_nothing_whatever_came_in_between) {
  start(patient());
  expose(1);
  const Report first_one = report(1, ReportKind::committed);
  deliver(1, first_one);
  say(1, ReportKind::failed_late, Reason::check_failed);
  const planner::Rollout before = rollout();
  wait(minutes(1));
  deliver(1, first_one);
  BOOST_TEST((row(1)->stage == Stage::failed_late && rollout() == before));
}

BOOST_AUTO_TEST_CASE(a_commit_without_a_token_counts_as_exposed) {
  start(patient());
  check_in(1);
  say(1, ReportKind::committed);  // nobody let it reboot
  BOOST_TEST((tally().committed == 1U && tally().exposed == 1U && tally().staged == 1U));
  BOOST_TEST((rollout().verdicts == planner::Verdicts{1, 0}));
  check_in(2);
  say(2, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST((tally().exposed == 2U && rollout().verdicts == planner::Verdicts{2, 1}));
}

BOOST_AUTO_TEST_CASE(a_box_that_went_back_by_itself_and_commits_again_is_counted_once) {
  start(patient());
  commit(1);
  running[1] = old_version;  // its disk was put back
  expose(1);
  running[1] = release;
  say(1, ReportKind::committed);
  BOOST_TEST((row(1)->stage == Stage::committed && tally().committed == 1U));
  BOOST_TEST((tally().exposed == 1U && rollout().verdicts == planner::Verdicts{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_commit_after_a_rollback_of_the_same_update_earns_nothing) {
  start(patient());
  expose(1);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  say(1, ReportKind::committed);
  BOOST_TEST((row(1)->stage == Stage::rolled_back && tally().committed == 0U));
  BOOST_TEST((rollout().verdicts == planner::Verdicts{1, 1}));
}

BOOST_AUTO_TEST_CASE(a_late_failure_of_what_has_not_committed_is_no_verdict) {
  start(patient());
  expose(1);
  say(1, ReportKind::failed_late, Reason::check_failed);
  BOOST_TEST((row(1)->stage == Stage::token && tally().failed_late == 0U));
  BOOST_TEST((rollout().verdicts == planner::Verdicts{}));
}

BOOST_AUTO_TEST_CASE(a_staged_report_after_the_verdict_leads_nowhere_back) {
  start(patient());
  commit(1);
  say(1, ReportKind::staged);
  say(1, ReportKind::armed);
  BOOST_TEST((row(1)->stage == Stage::committed && rollout().in_flight == 0U));
}

BOOST_AUTO_TEST_CASE(a_report_of_a_kind_that_does_not_exist_is_acknowledged_and_not_counted) {
  start(patient());
  expose(1);
  const Answer a = say(1, static_cast<ReportKind>(200));
  BOOST_TEST((a.reports_through == row(1)->reports_through));
  BOOST_TEST((row(1)->stage == Stage::token && rollout().verdicts == planner::Verdicts{}));
}

BOOST_AUTO_TEST_CASE(a_commit_of_a_rollout_that_is_halted_meanwhile_counts_and_leads_nowhere) {
  start(patient());
  expose(1);
  move(first, RolloutMove::halt);
  running[1] = release;
  const Answer a = say(1, ReportKind::committed);
  BOOST_TEST((tally().committed == 1U && a.grant.kind == GrantKind::none));
  BOOST_TEST((rollout().phase == RolloutPhase::halted));
}

BOOST_AUTO_TEST_CASE(a_policy_is_changed_by_a_new_rollout_and_what_is_under_way_keeps_its_own) {
  start(patient());
  stage(1);
  RolloutSpec other = patient();  // the same release, another policy
  other.policy.download_only = true;
  const RolloutId second = start(other);
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));  // of the first
  BOOST_TEST((row(1)->rollout == first));
  BOOST_TEST((check_in(2).grant.rollout == second));
  say(2, ReportKind::staged);
  BOOST_TEST((ask_token(2).wait.reason == WaitReason::download_only));
}

BOOST_AUTO_TEST_CASE(an_appliance_is_in_one_rollout_at_a_time) {
  start(patient());
  check_in(1);
  RolloutSpec newer = patient();
  newer.version = make_version(1, 2, 0);
  const RolloutId second = start(newer);
  BOOST_TEST((check_in(1).grant.rollout == first));
  BOOST_TEST((rollout(first).in_flight == 1U && rollout(second).in_flight == 0U));
  say(1, ReportKind::install_failed, Reason::download_cut);
  BOOST_TEST((check_in(1).grant.rollout == second));
  BOOST_TEST((rollout(first).in_flight == 0U && rollout(second).in_flight == 1U));
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_forward_makes_nobody_late) {
  start(patient());
  expose(1);
  wall = wall + hours(24 * 400);
  sweep();
  BOOST_TEST((row(1)->stage == Stage::token && planner::failures(tally()) == 0U));
  // The token means nothing any more by the new time; it may be had again.
  BOOST_TEST((check_in(1).grant.kind == GrantKind::none));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  BOOST_TEST(tally().exposed == 1U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_lengthens_no_deadline) {
  start(patient());
  expose(1);
  wall = {wall.value - hours(24 * 400).value};
  wait(minutes(31));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::silent));
}

BOOST_AUTO_TEST_CASE(a_lifetime_is_not_shortened_by_a_clock_that_steps) {
  RolloutSpec s = patient();
  s.policy.lifetime = hours(2);
  start(s);
  wall = wall + hours(24 * 400);
  sweep();
  BOOST_TEST((rollout().phase == RolloutPhase::running));
  wait(hours(2));
  sweep();
  BOOST_TEST((rollout().phase == RolloutPhase::expired));
}

BOOST_AUTO_TEST_SUITE_END()
