// The planner and the decision log: lost, late, doubled, and from an earlier process.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

BOOST_FIXTURE_TEST_SUITE(decision_log, PlannedCentre)

BOOST_AUTO_TEST_CASE(nothing_is_granted_before_it_is_decided) {
  start();
  step(seen(1));
  BOOST_TEST((get<AnswerReady>() == nullptr && row(1)->stage == Stage::none));
  decide(take());
  BOOST_TEST((get<AnswerReady>()->answer.grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(what_is_not_decided_gives_its_place_back) {
  start();
  sites[1] = sites[2] = 5;
  step(seen(1));
  step(Planner::NotDecided{take()});
  BOOST_TEST((get<AnswerReady>()->answer.grant.kind == GrantKind::none));
  BOOST_TEST((rollout().proposed == 0U && store().sites.get({5})->proposed == 0U));
  BOOST_TEST((store().head.proposing == 0U));
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_decision_told_twice_counts_once) {
  start();
  step(seen(1));
  const Decision d = take();
  const Planner::Decided decided{{++position}, d};
  step(decided);
  step(decided);
  BOOST_TEST((quiet() && idle()));
  BOOST_TEST((tally().granted == 1U && rollout().in_flight == 1U));
}

BOOST_AUTO_TEST_CASE(a_grant_that_comes_through_after_all_is_granted) {
  start();
  step(seen(1));
  const Decision d = take();
  step(Planner::NotDecided{d});
  decide(d);
  BOOST_TEST((row(1)->stage == Stage::granted && rollout().in_flight == 1U));
  BOOST_TEST((rollout().proposed == 0U && store().head.proposing == 0U));
}

BOOST_AUTO_TEST_CASE(a_grant_that_comes_through_late_never_breaks_a_cap) {
  start();
  step(seen(1));
  const Decision late = take();
  step(Planner::NotDecided{late});
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
  decide(late);
  BOOST_TEST((row(1)->stage == Stage::none && rollout().in_flight == 1U));
  BOOST_TEST((get<AnswerReady>()->answer.grant.kind == GrantKind::none));
}

BOOST_AUTO_TEST_CASE(a_late_grant_and_its_repetition_grant_once) {
  start();
  step(seen(1));
  const Decision late = take();
  step(Planner::NotDecided{late});
  step(seen(1));
  const Decision newer = take();
  decide(late);
  const UpdateId update = row(1)->update;
  decide(newer);
  BOOST_TEST((row(1)->update == update && tally().granted == 1U));
  BOOST_TEST((rollout().in_flight == 1U && rollout().proposed == 0U));
  BOOST_TEST((store().sites.get({1001})->in_flight == 1U && store().head.proposing == 0U));
}

BOOST_AUTO_TEST_CASE(a_late_decision_settles_its_own_proposal_and_no_newer_one) {
  start();
  step(seen(1));
  const Decision late = take();
  step(Planner::NotDecided{late});
  step(seen(1));
  const Decision newer = take();
  decide(late);  // the newer one is still on its way
  BOOST_TEST(
      (row(1)->proposing == planner::Proposing::install && row(1)->proposal == newer.proposal));
  BOOST_TEST((store().head.proposing == 1U && store().sites.get({1001})->proposed == 1U));
  step(Planner::NotDecided{newer});
  BOOST_TEST((row(1)->proposing == planner::Proposing::nothing && store().head.proposing == 0U));
  BOOST_TEST((store().sites.get({1001})->proposed == 0U && rollout().proposed == 0U));
}

BOOST_AUTO_TEST_CASE(an_operators_act_given_up_and_decided_late_is_settled_once) {
  step(Planner::RolloutAsked{{900}, spec(), "ada", ""});
  const Decision late = take();
  step(Planner::RolloutAsked{{901}, spec(), "ada", ""});
  step(Planner::NotDecided{late});
  BOOST_TEST(store().head.proposing == 1U);
  decide(late);
  BOOST_TEST((store().head.proposing == 1U && store().rollouts.size() == 1U));
  decide(take());
  BOOST_TEST((store().head.proposing == 0U && store().rollouts.size() == 2U));
}

BOOST_AUTO_TEST_CASE(a_start_forgets_what_the_earlier_process_had_on_its_way) {
  start();
  sites[1] = sites[2] = 5;
  step(seen(1));
  take();
  tell(CentreStarted{{1}});
  BOOST_TEST((rollout().proposed == 0U && store().sites.get({5})->proposed == 0U));
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_decision_of_an_earlier_process_counts_and_answers_nobody) {
  start();
  step(seen(1));
  const Decision grant = take();
  step(Planner::RolloutAsked{{900}, spec(), "ada", ""});
  const Decision created = take();
  tell(CentreStarted{{1}});
  decide(grant);
  BOOST_TEST((get<AnswerReady>() == nullptr && row(1)->stage == Stage::granted));
  decide(created);
  BOOST_TEST((get<OperatorAnswered>() == nullptr && store().rollouts.size() == 2U));
  // Its own decisions answer as ever.
  BOOST_TEST((check_in(1).grant.update == row(1)->update));
  BOOST_TEST((create(spec()) == RolloutId{3}));
}

BOOST_AUTO_TEST_CASE(the_epoch_never_falls_below_the_logs_floor) {
  tell(CentreStarted{{7}});
  BOOST_TEST(store().head.epoch.value == 7U);
  tell(CentreStarted{{3}});
  BOOST_TEST(store().head.epoch.value == 7U);
}

// As after a restore: an appliance that has heard of our epoch has nothing older to send.
BOOST_AUTO_TEST_CASE(reports_that_leave_some_out_wait_until_the_mark_was_heard) {
  tell(CentreStarted{{7}});
  start();
  BOOST_REQUIRE((check_in(1).grant.kind == GrantKind::install));
  Report third = report(1, ReportKind::staged);
  third.seq = {3};
  ApplianceSeen e = seen(1);
  e.facts.epoch_seen = {6};
  e.reports.add(third);
  step(e);
  BOOST_TEST(proposed.empty());
  const Answer told = settle();
  BOOST_TEST(told.reports_through.value == 0U);
  BOOST_TEST(told.epoch.value == 7U);
  BOOST_TEST((told.wait.reason == WaitReason::deciding));
  BOOST_TEST((row(1)->stage == Stage::granted));
  e.facts.epoch_seen = told.epoch;
  step(e);
  BOOST_TEST(settle().reports_through.value == 3U);
  BOOST_TEST((row(1)->stage == Stage::staged));
}

BOOST_AUTO_TEST_CASE(who_leaves_reports_out_has_no_token_until_it_has_heard_the_mark) {
  tell(CentreStarted{{7}});
  start();
  stage(1);
  Report late = report(1, ReportKind::drifted);
  late.seq = {9};
  ApplianceSeen e = seen(1);
  e.facts.phase = UpdatePhase::staged;
  e.facts.wants_token = true;
  e.reports.add(late);
  step(e);
  BOOST_TEST(proposed.empty());
  BOOST_TEST((settle().wait.reason == WaitReason::deciding));
  e.reports.clear();  // who sends none leaves none out
  step(e);
  BOOST_TEST((settle().grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(reports_that_follow_the_mark_are_counted_whatever_epoch_was_heard) {
  tell(CentreStarted{{7}});
  start();
  BOOST_REQUIRE((check_in(1).grant.kind == GrantKind::install));
  ApplianceSeen e = seen(1);
  e.reports.add(report(1, ReportKind::staged));
  step(e);
  BOOST_TEST(settle().reports_through.value == 1U);
}

BOOST_AUTO_TEST_CASE(orders_of_a_higher_epoch_are_higher_whatever_their_position) {
  start();
  check_in(1);
  const OrderNumber before = row(1)->order;
  say(1, ReportKind::install_failed, Reason::download_cut);
  tell(CentreStarted{{2}});
  wait(Planner::first_pause);
  check_in(1);
  BOOST_TEST((row(1)->order > before && row(1)->stage == Stage::granted));
}

BOOST_AUTO_TEST_CASE(a_timer_of_an_earlier_start_is_ignored) {
  const std::uint32_t old = generation(sweep_tag);
  tell(CentreStarted{{1}});
  tell(TimerFired{sweep_tag, old});
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(an_idle_check_in_and_an_idle_sweep_leave_no_trace) {
  start();
  check_in(1);
  step(seen(1));
  BOOST_TEST(idle());
  fire(sweep_tag);  // finds out when the next deadline passes
  fire(sweep_tag);
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_CASE(every_proposal_has_a_number_of_its_own_also_after_a_start) {
  start();
  step(seen(1));
  const ProposalId before = take().proposal;
  tell(CentreStarted{{1}});
  step(seen(1));
  BOOST_TEST((take().proposal > before));
}

BOOST_AUTO_TEST_SUITE_END()
