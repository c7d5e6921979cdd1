// The planner: what reports, silence and the decision log make of an appliance.
#include <boost/test/unit_test.hpp>

#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

struct Centre : PlannedCentre {
  // Many failures are allowed, so that each can be counted.
  static RolloutSpec patient() {
    RolloutSpec s = spec(50, 50);
    s.policy.failure_limit = 100;
    return s;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(verdicts, Centre)

BOOST_AUTO_TEST_CASE(a_life_of_one_update_is_counted_once_in_each_line) {
  start();
  commit(1);
  const planner::Tally& t = tally();
  BOOST_TEST((t.granted == 1U && t.staged == 1U && t.exposed == 1U && t.committed == 1U));
  BOOST_TEST((planner::failures(t) == 0U && rollout().in_flight == 0U));
  BOOST_TEST(store().sites.get({1001})->in_flight == 0U);
}

BOOST_AUTO_TEST_CASE(a_report_delivered_twice_is_counted_once) {
  start(patient());
  expose(1);
  const Report r = report(1, ReportKind::rolled_back, Reason::check_failed);
  deliver(1, r);
  deliver(1, r);
  BOOST_TEST(tally().rolled_back == 1U);
  Report again = report(1, ReportKind::rolled_back, Reason::check_failed);
  deliver(1, again);  // told again under a new number
  BOOST_TEST(tally().rolled_back == 1U);
}

BOOST_AUTO_TEST_CASE(a_report_is_acknowledged_only_when_it_is_decided) {
  start();
  check_in(1);
  ApplianceSeen e = seen(1);
  e.reports.add(report(1, ReportKind::staged));
  step(e);
  BOOST_TEST((get<AnswerReady>() == nullptr && row(1)->reports_through.value == 0U));
  BOOST_TEST(settle().reports_through.value == 1U);
}

BOOST_AUTO_TEST_CASE(a_report_of_another_update_is_acknowledged_and_not_counted) {
  start(patient());
  expose(1);
  Report r = report(1, ReportKind::rolled_back, Reason::check_failed);
  r.update = {12345};
  BOOST_TEST(deliver(1, r).reports_through.value == r.seq.value);
  BOOST_TEST((tally().rolled_back == 0U && row(1)->stage == Stage::token));
  BOOST_TEST((row(1)->reason == Reason::none));
}

BOOST_AUTO_TEST_CASE(reports_about_no_update_are_acknowledged) {
  start();
  check_in(1);
  Report r = report(1, ReportKind::drifted);
  r.update = {};
  BOOST_TEST(deliver(1, r).reports_through.value == 1U);
  BOOST_TEST((row(1)->stage == Stage::granted));
}

BOOST_AUTO_TEST_CASE(wrong_bytes_speak_against_the_release_and_a_cut_line_does_not) {
  start(patient());
  check_in(1);
  say(1, ReportKind::install_failed, Reason::hash_mismatch);
  BOOST_TEST((row(1)->stage == Stage::failed && planner::failures(tally()) == 1U));
  check_in(2);
  say(2, ReportKind::install_failed, Reason::download_cut);
  BOOST_TEST((planner::failures(tally()) == 1U && tally().install_cut == 1U));
}

BOOST_AUTO_TEST_CASE(a_cut_install_is_offered_again_a_few_times_after_pauses_that_grow) {
  start(patient());
  Duration pause = Planner::first_pause;
  for (unsigned offers = 1; offers < Planner::lapses_max; ++offers) {
    BOOST_REQUIRE((check_in(1).grant.kind == GrantKind::install));
    say(1, ReportKind::install_failed, Reason::download_cut);
    wait(pause + milliseconds(-1));
    const Wait told = check_in(1).wait;
    BOOST_TEST((told.reason == WaitReason::pausing && told.a == 0U && told.b == offers));
    wait(milliseconds(1));
    pause = pause * Planner::pause_growth;
  }
  BOOST_REQUIRE((check_in(1).grant.kind == GrantKind::install));
  say(1, ReportKind::install_failed, Reason::download_cut);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::failed_before));
}

BOOST_AUTO_TEST_CASE(a_retry_does_not_wait_for_the_pause) {
  start(patient());
  check_in(1);
  say(1, ReportKind::install_failed, Reason::download_cut);
  BOOST_TEST((check_in(1).wait.reason == WaitReason::pausing));
  BOOST_REQUIRE((move(first, RolloutMove::retry) == OperatorResult::done));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(an_order_that_is_let_go_of_is_given_again_at_once) {
  start();
  expose(1);
  say(1, ReportKind::order_refused, Reason::cancelled);
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_late_failure_counts_beside_the_commit) {
  start(patient());
  commit(1);
  say(1, ReportKind::failed_late, Reason::check_failed);
  BOOST_TEST((tally().committed == 1U && tally().failed_late == 1U));
  say(1, ReportKind::failed_late, Reason::check_failed);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST(planner::failures(tally()) == 1U);
}

BOOST_AUTO_TEST_CASE(the_reason_of_an_end_is_not_lost_to_an_order_refused_behind_it) {
  start(patient());
  check_in(1);
  say(1, ReportKind::install_failed, Reason::hash_mismatch);
  say(1, ReportKind::order_refused, Reason::replayed);
  BOOST_TEST((row(1)->reason == Reason::hash_mismatch && row(1)->stage == Stage::failed));
}

BOOST_AUTO_TEST_CASE(a_refused_token_leaves_the_appliance_staged) {
  start();
  expose(1);
  say(1, ReportKind::order_refused, Reason::window_closed);
  BOOST_TEST((row(1)->stage == Stage::staged && planner::failures(tally()) == 0U));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(an_order_let_go_of_lapses) {
  start();
  expose(1);
  say(1, ReportKind::order_refused, Reason::cancelled);
  BOOST_TEST((row(1)->stage == Stage::lapsed && tally().lapsed == 1U));
}

BOOST_AUTO_TEST_CASE(a_token_is_given_to_those_that_are_staged_want_it_and_name_the_update) {
  start();
  check_in(1);
  ApplianceSeen other = seen(1);
  other.facts.wants_token = true;
  other.facts.update = {12345};
  step(other);
  BOOST_TEST((settle().grant.kind == GrantKind::install));
  say(1, ReportKind::staged);
  BOOST_TEST((check_in(1).grant.kind == GrantKind::none));  // its window is closed
  const Answer a = ask_token(1);
  BOOST_TEST((a.grant.kind == GrantKind::reboot && a.grant.expires == wall + minutes(10)));
}

BOOST_AUTO_TEST_CASE(a_lost_report_of_staging_does_not_keep_the_token_back) {
  start();
  check_in(1);
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  BOOST_TEST((tally().staged == 1U && tally().exposed == 1U));
}

BOOST_AUTO_TEST_CASE(a_token_that_ran_out_unused_may_be_had_again) {
  start();
  expose(1);
  const OrderNumber old = row(1)->order;
  wait(minutes(11));
  const Answer a = ask_token(1);
  BOOST_TEST((a.grant.kind == GrantKind::reboot && a.grant.order > old));
  BOOST_TEST(tally().exposed == 1U);
}

BOOST_AUTO_TEST_CASE(an_unused_grant_lapses_and_is_offered_again) {
  start();
  check_in(1);
  wait(hours(25));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::lapsed && planner::failures(tally()) == 0U));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(silence_after_the_token_is_a_failure_and_halts) {
  start();
  expose(1);
  wait(minutes(29));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::token));
  wait(minutes(1));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::silent && tally().silent == 1U));
  BOOST_TEST((rollout().phase == RolloutPhase::halted));
}

// Appliance 1 is staged, the answer with its token was lost, and somebody has paused the rollout.
struct Unheard : Centre {
  Unheard() {
    start();
    stage(1);
    ask_token(1);
    BOOST_REQUIRE((row(1)->stage == Stage::token));
    move(first, RolloutMove::pause);
  }
  ApplianceSeen says() {
    ApplianceSeen e = seen(1);
    e.facts.phase = UpdatePhase::staged;
    e.facts.tokenless = true;
    return e;
  }
  Stage told(const ApplianceSeen& e) {
    step(e);
    settle();
    return row(1)->stage;
  }
  void token_ends() { wait(spec().policy.token_expiry); }
};

BOOST_FIXTURE_TEST_CASE(whoever_says_that_it_never_had_its_token_is_not_silent, Unheard) {
  wait(spec().policy.token_expiry + milliseconds(-1));
  BOOST_TEST((told(says()) == Stage::token));  // it may still come with the next answer
  wait(milliseconds(1));
  BOOST_TEST((told(says()) == Stage::staged && rollout().exposed_now == 0U));
  wait(minutes(31));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::staged && tally().silent == 0U));
  move(first, RolloutMove::resume);
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  BOOST_TEST(tally().exposed == 1U);
}

BOOST_FIXTURE_TEST_CASE(whoever_does_not_say_so_has_to_answer_for_its_token, Unheard) {
  token_ends();
  ApplianceSeen e = says();
  e.facts.tokenless = false;  // it has followed it, or an earlier one, or is of an older release
  BOOST_TEST((told(e) == Stage::token));
  wait(minutes(31));
  sweep();
  BOOST_TEST((row(1)->stage == Stage::silent && tally().silent == 1U));
}

BOOST_FIXTURE_TEST_CASE(what_it_said_before_its_token_was_over_proves_nothing_later, Unheard) {
  const ApplianceSeen delayed = says();
  token_ends();
  BOOST_TEST((told(delayed) == Stage::token));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_proven_by_clocks_that_are_not_set, Unheard) {
  token_ends();
  ApplianceSeen e = says();
  e.facts.wall_trust = WallTrust::unset;
  BOOST_TEST((told(e) == Stage::token));
  trust = WallTrust::unset;
  BOOST_TEST((told(says()) == Stage::token));
}

BOOST_FIXTURE_TEST_CASE(that_a_token_was_never_had_may_be_decided_twice, Unheard) {
  token_ends();
  step(says());
  const Decision once = take();
  decide(once);
  decide(once);
  BOOST_TEST((row(1)->stage == Stage::staged && tally().lapsed == 0U));
}

BOOST_FIXTURE_TEST_CASE(what_stays_staged_without_a_token_has_a_deadline_of_its_own, Unheard) {
  token_ends();
  told(says());
  wait(spec().policy.install_deadline);
  sweep();
  BOOST_TEST((row(1)->stage == Stage::lapsed && planner::failures(tally()) == 0U));
}

BOOST_FIXTURE_TEST_CASE(tokens_that_are_never_heard_come_to_an_end, Unheard) {
  unsigned tokens = 1;
  for (; tokens < 20; ++tokens) {
    token_ends();
    if (told(says()) != Stage::staged) break;
    move(first, RolloutMove::resume);
    ask_token(1);
    move(first, RolloutMove::pause);
  }
  BOOST_TEST((tokens == Planner::lapses_max && row(1)->stage == Stage::lapsed));
}

BOOST_FIXTURE_TEST_CASE(the_last_of_them_frees_its_place_from_then_on, Unheard) {
  move(first, RolloutMove::resume);  // what keeps the next token back is its own window
  for (unsigned tokens = 1; tokens < Planner::lapses_max; ++tokens) {
    token_ends();
    BOOST_REQUIRE((told(says()) == Stage::staged));
    ask_token(1);
  }
  token_ends();
  BOOST_TEST((told(says()) == Stage::lapsed));
  BOOST_TEST((rollout().in_flight == 0U && rollout().room_since == up));
}

BOOST_AUTO_TEST_CASE(whoever_has_forgotten_what_it_staged_is_offered_it_again) {
  start();
  stage(1);
  const UpdateId before = row(1)->update;
  ApplianceSeen e = seen(1);  // its journal was lost: it is idle, and has followed no order
  e.facts.update = {};
  e.facts.order_floor = {};
  step(e);
  settle();
  BOOST_TEST((row(1)->stage == Stage::lapsed && tally().lapsed == 1U));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install && row(1)->update != before));
  BOOST_TEST(tally().granted == 1U);
}

BOOST_AUTO_TEST_CASE(whoever_is_done_with_its_order_has_not_forgotten_it) {
  start();
  stage(1);
  check_in(1);  // idle; the report of how it ended may be on its way
  BOOST_TEST((row(1)->stage == Stage::staged));
}

BOOST_AUTO_TEST_CASE(a_verdict_after_the_silence_is_not_a_second_failure) {
  start(patient());
  expose(1);
  expose(2);
  wait(hours(1));
  sweep();
  BOOST_TEST(planner::failures(tally()) == 2U);
  say(1, ReportKind::rolled_back, Reason::check_failed);
  say(2, ReportKind::committed);
  BOOST_TEST(planner::failures(tally()) == 2U);
  BOOST_TEST((row(1)->stage == Stage::rolled_back && row(2)->stage == Stage::committed));
}

BOOST_AUTO_TEST_CASE(after_a_start_nobody_counts_as_silent_yet) {
  start();
  expose(1);
  wait(hours(5));  // the centre was away
  tell(CentreStarted{{1}});
  sweep();
  BOOST_TEST((row(1)->stage == Stage::token));
  wait(Planner::start_grace);
  sweep();
  BOOST_TEST((row(1)->stage == Stage::silent));
}

BOOST_AUTO_TEST_CASE(a_deadline_of_an_older_order_is_void) {
  start();
  check_in(1);
  wait(hours(25));
  fire(sweep_tag);
  const Decision late = get<Planner::Propose>()->decision;
  decide(late);
  check_in(1);
  decide(late);
  BOOST_TEST((row(1)->stage == Stage::granted && tally().lapsed == 1U));
}

BOOST_AUTO_TEST_CASE(a_sweep_proposes_a_few_at_a_time_and_comes_to_everybody) {
  start(patient());
  for (std::uint64_t n = 1; n <= 20; ++n) check_in(n);
  wait(hours(25));
  fire(sweep_tag);
  BOOST_TEST(count<Planner::Propose>() == Planner::sweep_proposals_max);
  for (const auto& effect : out())
    if (const auto* p = std::get_if<Planner::Propose>(&effect)) proposed.push_back(p->decision);
  while (!proposed.empty()) decide(take());
  sweep();
  sweep();
  BOOST_TEST(tally().lapsed == 20U);
}

BOOST_AUTO_TEST_SUITE_END()
