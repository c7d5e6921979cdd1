// What an operator says of a site: labels select it, and its class is a part of the fleet that is
// watched for itself.
#include "actors/planner/odds.hpp"
#include "actors/planner/selection.hpp"
#include "tests/actors/planner/fixture.hpp"

namespace drydock::testing {
namespace {

constexpr LabelId early{11}, lab{12};
constexpr SiteClassId clinic{21}, office{22};

struct Sites : PlannedCentre {
  OperatorResult describe(SiteId site, SiteClassId site_class, Labels labels = {}) {
    step(Planner::DescribeAsked{{904}, {site, site_class, labels}, "ada", "as agreed"});
    decide(take());
    return said();
  }
  static Labels labels(std::initializer_list<LabelId> all) {
    Labels some;
    for (const LabelId label : all) some.add(label);
    return some;
  }
  static SiteId site_of(std::uint64_t n) { return {1000 + n}; }
  RolloutSpec on_evidence(bool halts_all = false) {
    RolloutSpec s = spec(1'000'000, 50);
    s.policy.failure_limit = 0;
    s.policy.growth_unproven = 500;
    s.policy.cap_ppm = 5'000;
    s.policy.stratum_halts_all = halts_all;
    planner::compile({}, s.policy);
    return s;
  }
  // Everybody is known; those below `classed` stand at sites of the class.
  void know(std::uint64_t fleet, std::uint64_t classed = 0, SiteClassId site_class = clinic) {
    for (std::uint64_t n = 1; n <= fleet; ++n) {
      step(seen(n));
      settle();
      if (n <= classed) BOOST_REQUIRE((describe(site_of(n), site_class) == OperatorResult::done));
    }
  }
  // Its fleet is counted first.
  void begin(const RolloutSpec& s) {
    const RolloutId id = create(s);
    step(Planner::MoveAsked{{901}, {id, RolloutMove::start}, "ada", "because"});
    while (!proposed.empty()) decide(take());
    BOOST_REQUIRE((rollout().phase == RolloutPhase::running));
    wait(minutes(4));  // every place is served
  }
  void end(std::uint64_t n, ReportKind kind) {
    expose(n);
    if (kind == ReportKind::committed) running[n] = release;
    say(n, kind, kind == ReportKind::committed ? Reason::none : Reason::check_failed);
  }
  const planner::Stratum* part(HardwareId hardware, SiteClassId site_class = {}) {
    const std::uint32_t number = planner::stratum_of(store(), first, hardware, site_class);
    return store().strata.get(planner::stratum_id(first, number));
  }
  const planner::Rollout& rollout() { return *store().rollouts.get(first); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(planner_sites, Sites)

BOOST_AUTO_TEST_CASE(a_rollout_by_labels_is_only_for_sites_that_have_all_of_them) {
  for (std::uint64_t n = 1; n <= 4; ++n) check_in(n);
  BOOST_REQUIRE((describe(site_of(1), {}, labels({early})) == OperatorResult::done));
  BOOST_REQUIRE((describe(site_of(2), {}, labels({lab, early})) == OperatorResult::done));
  BOOST_REQUIRE((describe(site_of(3), {}, labels({lab})) == OperatorResult::done));
  RolloutSpec s = spec(50, 4);
  s.labels = labels({early, lab});
  start(s);
  BOOST_TEST(Planner::targets(store(), first) == 1U);
  BOOST_TEST((check_in(2).grant.kind == GrantKind::install));
  for (const std::uint64_t n : {1, 3, 4}) {
    const Answer a = check_in(n);
    BOOST_TEST((a.grant.kind == GrantKind::none && a.wait.reason == WaitReason::not_selected));
  }
}

BOOST_AUTO_TEST_CASE(a_label_taken_away_ends_new_offers_and_not_what_is_in_flight) {
  check_in(1);
  check_in(2);
  describe(site_of(1), {}, labels({early}));
  describe(site_of(2), {}, labels({early}));
  RolloutSpec s = spec(50, 2);
  s.labels = labels({early});
  start(s);
  stage(1);
  describe(site_of(1), {});
  describe(site_of(2), {});
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  BOOST_TEST((check_in(2).wait.reason == WaitReason::not_selected));
}

BOOST_AUTO_TEST_CASE(what_is_said_of_a_site_is_a_decision_with_who_and_why) {
  step(Planner::DescribeAsked{{904}, {site_of(1), clinic, {}}, "ada", "as agreed"});
  BOOST_REQUIRE(proposed.size() == 1U);
  BOOST_TEST((proposed.front().by == "ada" && proposed.front().why == "as agreed"));
  BOOST_TEST(store().traits.size() == 0U);  // nothing before it is decided
  step(Planner::NotDecided{take()});
  BOOST_TEST((said() == OperatorResult::not_decided));
  BOOST_TEST(store().traits.size() == 0U);
  BOOST_TEST((describe(site_of(1), clinic, labels({early})) == OperatorResult::done));
  BOOST_TEST((describe(site_of(1), office) == OperatorResult::done));  // in its place
  BOOST_REQUIRE(store().traits.size() == 1U);
  BOOST_TEST((store().traits.row(0).site_class == office));
  BOOST_TEST(store().traits.row(0).labels.empty());
}

BOOST_AUTO_TEST_CASE(a_class_of_sites_that_fails_by_itself_is_halted_and_the_rest_goes_on) {
  know(60, 20);
  begin(on_evidence());
  BOOST_REQUIRE(part({}, clinic) != nullptr);
  BOOST_TEST(part({}, clinic)->fleet == 20U);
  BOOST_TEST(part({7})->fleet == 60U);
  // Enough passes elsewhere that the whole, and the one model, are not to blame.
  for (std::uint64_t n = 21; n <= 40; ++n) end(n, ReportKind::committed);
  std::uint64_t failed = 0;
  while (!part({}, clinic)->halted && failed < 10) end(++failed, ReportKind::rolled_back);
  BOOST_TEST(part({}, clinic)->halted);
  BOOST_TEST((rollout().phase == RolloutPhase::running));
  BOOST_TEST(part({}, clinic)->verdicts.failed == failed);
  BOOST_TEST(!part({7})->halted);
  // Its verdicts speak of nobody else.
  BOOST_TEST((rollout().verdicts == planner::Verdicts{20, 0}));
  BOOST_TEST((part({7})->verdicts == planner::Verdicts{20, 0}));
  const Answer there = check_in(failed + 1), elsewhere = check_in(50);
  BOOST_TEST((there.wait.reason == WaitReason::part_halted && there.wait.b == clinic.value));
  BOOST_TEST((elsewhere.grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_class_that_fails_ends_it_for_all_where_the_policy_says_so) {
  know(60, 20);
  begin(on_evidence(true));
  for (std::uint64_t n = 21; n <= 40; ++n) end(n, ReportKind::committed);
  for (std::uint64_t n = 1; n <= 10 && rollout().phase == RolloutPhase::running; ++n)
    end(n, ReportKind::rolled_back);
  BOOST_TEST((rollout().phase == RolloutPhase::halted));
}

BOOST_AUTO_TEST_CASE(a_late_failure_of_a_halted_class_counts_there_alone) {
  know(60, 20);
  begin(on_evidence());
  for (std::uint64_t n = 21; n <= 40; ++n) end(n, ReportKind::committed);
  end(20, ReportKind::committed);
  std::uint64_t failed = 0;
  while (!part({}, clinic)->halted && failed < 15) end(++failed, ReportKind::rolled_back);
  BOOST_REQUIRE(part({}, clinic)->halted);
  const planner::Verdicts whole = rollout().verdicts;
  say(20, ReportKind::failed_late, Reason::check_failed);
  BOOST_TEST((rollout().verdicts == whole));
  BOOST_TEST(part({}, clinic)->verdicts.failed == failed + 1);
}

BOOST_AUTO_TEST_CASE(a_site_described_while_a_rollout_runs_is_counted_in_its_class) {
  know(20);
  begin(on_evidence());
  BOOST_TEST(part({}, clinic) == nullptr);
  for (std::uint64_t n = 1; n <= 5; ++n) describe(site_of(n), clinic);
  sweep();
  while (!proposed.empty()) decide(take());
  BOOST_REQUIRE(part({}, clinic) != nullptr);
  BOOST_TEST(part({}, clinic)->fleet == 5U);
  end(1, ReportKind::committed);
  BOOST_TEST(part({}, clinic)->verdicts.seen == 1U);
}

BOOST_AUTO_TEST_CASE(the_canary_has_some_of_every_class) {
  know(100, 50);
  RolloutSpec s = on_evidence();
  s.policy.canary = 10;
  begin(s);
  for (std::uint64_t n = 1; n <= 100; ++n) check_in(n);
  const auto* clinics = part({}, clinic);
  BOOST_REQUIRE(clinics != nullptr);
  BOOST_TEST(clinics->granted > 0U);
  BOOST_TEST(rollout().tally.granted <= 20U);
}

BOOST_AUTO_TEST_CASE(a_token_refused_for_what_lasts_frees_the_place_and_pauses_with_its_reason) {
  for (const Reason reason : {Reason::expired, Reason::clock_untrusted, Reason::io_error,
                              Reason::helper_refused, Reason::downgrade}) {
    Sites centre;
    centre.start();
    centre.expose(1);
    BOOST_TEST((centre.check_in(2).wait.reason == WaitReason::ramp));
    centre.say(1, ReportKind::order_refused, reason);
    BOOST_TEST((centre.row(1)->stage == Stage::lapsed && centre.row(1)->reason == reason));
    BOOST_TEST(centre.row(1)->lapses == 1);
    BOOST_TEST((centre.check_in(1).wait.reason == WaitReason::pausing));
    BOOST_TEST(
        (centre.check_in(2).grant.kind == GrantKind::install));  // the canary's place is free
  }
}

BOOST_AUTO_TEST_CASE(a_token_refused_for_what_passes_leaves_it_staged_but_not_for_ever) {
  start();
  expose(1);
  say(1, ReportKind::order_refused, Reason::window_closed);
  BOOST_TEST((row(1)->stage == Stage::staged));
  for (int n = 1; n < Planner::lapses_max; ++n) {
    BOOST_REQUIRE((ask_token(1).grant.kind == GrantKind::reboot));
    say(1, ReportKind::order_refused, Reason::window_closed);
  }
  BOOST_TEST((row(1)->stage == Stage::lapsed && row(1)->lapses == Planner::lapses_max));
  BOOST_TEST((check_in(1).wait.reason == WaitReason::failed_before));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::testing
