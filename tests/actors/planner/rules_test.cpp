// The planner on evidence: caps, holds, parts of a fleet, the order, the graph.
#include <boost/test/unit_test.hpp>
#include <set>

#include "actors/planner/odds.hpp"
#include "actors/planner/selection.hpp"
#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

constexpr std::uint32_t fleet_max = 1'000;
constexpr std::uint64_t odd_from = 100'000;  // appliances from here on are of another model

struct Watched : PlannedCentre {
  Watched() {
    store().appliances.reserve(fleet_max, 256);
    store().sites.reserve(fleet_max, 256);
  }
  static RolloutSpec watched(std::uint32_t tolerated_ppm = 100'000) {
    RolloutSpec s;
    s.version = release;
    s.policy.canary = s.policy.failure_limit = 0;
    s.policy.in_flight_max = fleet_max;
    s.policy.growth_unproven = 500;
    s.policy.cap_ppm = 5'000;
    planner::compile({.tolerated_ppm = tolerated_ppm}, s.policy);
    return s;
  }
  ApplianceSeen comes(std::uint64_t n) {
    ApplianceSeen e = seen(n);
    if (n >= odd_from) e.hardware = {8};
    return e;
  }
  // They have checked in before the rollout starts.
  void know(std::uint64_t first_one, std::uint64_t count) {
    for (std::uint64_t n = first_one; n < first_one + count; ++n) {
      step(comes(n));
      known.push_back(n);
    }
  }
  RolloutId begin(const RolloutSpec& s) {
    const RolloutId id = create(s);
    step(Planner::MoveAsked{{901}, {id, RolloutMove::start}, "ada", "because"});
    while (!proposed.empty()) decide(take());
    BOOST_REQUIRE((rollout(id).phase == RolloutPhase::running));
    return id;
  }
  void again(RolloutId id, RolloutMove how) {
    step(Planner::MoveAsked{{902}, {id, how}, "ada", "because"});
    while (!proposed.empty()) decide(take());
  }
  // Asks; with a grant it is staged and takes its token if it may.
  bool exposes(std::uint64_t n) {
    step(comes(n));
    if (settle().grant.kind != GrantKind::install) return false;
    tells(n, ReportKind::staged);
    return token(n);
  }
  bool token(std::uint64_t n) {
    ApplianceSeen e = comes(n);
    e.facts.phase = UpdatePhase::staged;
    e.facts.wants_token = true;
    step(e);
    return settle().grant.kind == GrantKind::reboot;
  }
  void tells(std::uint64_t n, ReportKind kind) {
    ApplianceSeen e = comes(n);
    if (kind == ReportKind::committed) running[n] = e.facts.running = release;
    e.reports.add(report(n, kind));
    step(e);
    settle();
  }
  // Everybody asks once, in the order of their numbers; who got a token.
  std::vector<std::uint64_t> round() {
    std::vector<std::uint64_t> exposed;
    for (const std::uint64_t n : known)
      if (!running.contains(n) && exposes(n)) exposed.push_back(n);
    return exposed;
  }
  // Rounds in which each verdict is `kind`, until nothing more is exposed for an hour.
  void play(ReportKind kind) {
    for (int idle = 0; idle < 12;) {
      const auto exposed = round();
      idle = exposed.empty() ? idle + 1 : 0;
      for (const std::uint64_t n : exposed) tells(n, kind);
      wait(minutes(5));
    }
  }
  Wait told(std::uint64_t n) {
    step(comes(n));
    return settle().wait;
  }

  std::vector<std::uint64_t> known;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_evidence, Watched)

BOOST_AUTO_TEST_CASE(the_fleet_is_counted_when_it_starts_and_again_when_one_joins) {
  know(1, 30);
  know(odd_from, 10);
  begin(watched());
  BOOST_TEST(rollout().fleet == 40U);
  BOOST_TEST(rollout().strata == 2U);
  know(200, 5);
  sweep();
  BOOST_TEST(rollout().fleet == 45U);
}

BOOST_AUTO_TEST_CASE(a_fleet_of_none_one_two_or_three_is_served) {
  for (const std::uint64_t count : {0u, 1u, 2u, 3u}) {
    Watched centre;
    centre.know(1, count);
    centre.begin(watched(5'000));
    if (count == 0) centre.know(1, 1);  // the first appliance of all joins late
    centre.sweep();
    centre.play(ReportKind::committed);
    BOOST_TEST(centre.tally().committed == std::max<std::uint64_t>(count, 1));
  }
}

BOOST_AUTO_TEST_CASE(the_canary_is_a_twentieth_and_at_least_one) {
  know(1, 100);
  begin(watched(5'000));
  BOOST_TEST(planner::allowed_exposed(rollout()) == 5U);
  wait(minutes(10));
  BOOST_TEST(round().size() == 5U);
  BOOST_TEST((told(99).reason == WaitReason::ramp || told(98).reason == WaitReason::ramp));
}

BOOST_AUTO_TEST_CASE(it_grows_by_half_until_it_is_accepted_and_in_step_after) {
  know(1, 100);
  begin(watched(5'000));
  planner::Rollout r = rollout();
  r.tally.committed = 40;
  BOOST_TEST(planner::allowed_exposed(r) == 20U);
  r.accepted = true;
  BOOST_TEST(planner::allowed_exposed(r) == 40U);
}

BOOST_AUTO_TEST_CASE(a_release_that_always_fails_halts_after_two) {
  know(1, 400);
  begin(watched(5'000));
  wait(minutes(10));
  const auto exposed = round();
  BOOST_TEST(exposed.size() == 20U);
  tells(exposed[0], ReportKind::rolled_back);
  BOOST_TEST((rollout().phase == RolloutPhase::running));
  tells(exposed[1], ReportKind::rolled_back);
  BOOST_TEST((rollout().phase == RolloutPhase::halted && rollout().moved_by.empty()));
  BOOST_TEST(!token(exposed[2]));
}

BOOST_AUTO_TEST_CASE(a_good_release_is_accepted_and_reaches_everybody) {
  know(1, 300);
  begin(watched());
  BOOST_REQUIRE(!planner::too_small_to_accept(rollout()));
  play(ReportKind::committed);
  BOOST_TEST(rollout().accepted);
  BOOST_TEST(tally().committed == 300U);
}

BOOST_AUTO_TEST_CASE(undecided_at_the_cap_it_is_held_and_a_person_lets_as_many_again) {
  know(1, 600);
  begin(watched());
  const std::uint32_t cap = planner::exposure_cap(rollout());
  BOOST_TEST(cap == rollout().spec.policy.accept_needs);
  // One of eight fails: more than is tolerated, less than twice as many.
  for (int rounds = 0; rounds < 60 && rollout().phase == RolloutPhase::running; ++rounds) {
    for (const std::uint64_t n : round())
      tells(n, rollout().verdicts.seen % 8 == 4 ? ReportKind::rolled_back : ReportKind::committed);
    BOOST_REQUIRE(tally().exposed <= cap);
    wait(minutes(5));
  }
  BOOST_TEST((rollout().phase == RolloutPhase::held && tally().exposed == cap));
  BOOST_TEST((told(known.back()).reason == WaitReason::held ||
              told(known.front()).reason == WaitReason::held));
  again(first, RolloutMove::resume);
  BOOST_TEST((rollout().phase == RolloutPhase::running));
  BOOST_TEST(planner::exposure_cap(rollout()) == 2 * cap);
  wait(minutes(10));
  BOOST_TEST(!round().empty());
}

BOOST_AUTO_TEST_CASE(installs_run_ahead_of_tokens) {
  know(1, 100);
  RolloutSpec s = watched(5'000);
  s.policy.installs_ahead = 1'000;
  begin(s);
  wait(minutes(10));
  std::vector<std::uint64_t> staged;
  for (const std::uint64_t n : known) {
    step(comes(n));
    if (settle().grant.kind != GrantKind::install) continue;
    tells(n, ReportKind::staged);
    staged.push_back(n);
  }
  BOOST_TEST(staged.size() == 10U);
  std::size_t tokens = 0;
  for (const std::uint64_t n : staged) tokens += token(n) ? 1 : 0;
  BOOST_TEST(tokens == 5U);
  const Wait wait = told(staged.back());
  BOOST_TEST((wait.reason == WaitReason::exposure && wait.a == 5U && wait.b == 5U));
}

BOOST_AUTO_TEST_CASE(a_model_that_fails_by_itself_is_halted_by_itself) {
  know(odd_from, 60);
  know(1, 60);
  begin(watched(5'000));
  wait(minutes(4));
  std::uint64_t odd = 0;
  for (int rounds = 0; rounds < 30 && rollout().parts_halted == 0; ++rounds) {
    for (const std::uint64_t n : round()) {
      const bool fails = n >= odd_from && ++odd % 2 == 1;
      tells(n, fails ? ReportKind::rolled_back : ReportKind::committed);
    }
    wait(minutes(5));
  }
  if (rollout().phase == RolloutPhase::halted) return;  // the whole was as bad: nothing to compare
  BOOST_TEST(rollout().parts_halted == 1U);
  BOOST_TEST(rollout().verdicts.failed == 0U);  // what is left has not failed
  for (const std::uint64_t n : known)
    if (n >= odd_from && row(n)->stage == Stage::none)
      BOOST_TEST((told(n).reason == WaitReason::part_halted));
  const std::uint32_t before = tally().committed;
  play(ReportKind::committed);
  BOOST_TEST(tally().committed > before);
}

BOOST_AUTO_TEST_CASE(an_unused_grant_of_a_halted_part_is_taken_back) {
  know(odd_from, 60);
  know(1, 60);
  RolloutSpec s = watched(5'000);
  s.policy.canary = 8;
  begin(s);
  wait(minutes(4));
  std::vector<std::uint64_t> odd;
  for (const std::uint64_t n : known) {
    step(comes(n));
    if (settle().grant.kind == GrantKind::install && n >= odd_from) odd.push_back(n);
  }
  BOOST_REQUIRE(odd.size() == 4U);
  const std::uint64_t unused = odd.back();
  const Epoch before = store().head.epoch;
  store().strata.change(store().strata.find(planner::stratum_id(first, 1))).halted = true;
  store().rollouts.change(0).parts_halted = 1;
  step(comes(unused));
  const Answer a = settle();
  BOOST_TEST((!a.standing && a.grant.kind == GrantKind::none));
  BOOST_TEST((a.wait.reason == WaitReason::part_halted && a.epoch == before));
  BOOST_TEST((row(unused)->stage == Stage::lapsed));
}

BOOST_AUTO_TEST_CASE(the_canary_holds_some_of_every_model) {
  know(1, 100);
  know(odd_from, 20);
  RolloutSpec s = watched(5'000);
  s.policy.canary = 6;
  begin(s);
  wait(minutes(4));
  std::uint32_t odd = 0;
  for (const std::uint64_t n : round()) odd += n >= odd_from ? 1 : 0;
  BOOST_TEST(odd == 3U);
}

BOOST_AUTO_TEST_CASE(the_order_differs_from_release_to_release) {
  know(1, 200);
  begin(watched(5'000));
  RolloutSpec next = watched(5'000);
  next.version = make_version(1, 2, 0);
  const RolloutId second = begin(next);
  std::uint32_t same = 0;
  for (const std::uint64_t n : known)
    same += planner::place(rollout(first), {n}) == planner::place(rollout(second), {n}) ? 1 : 0;
  BOOST_TEST(same < 20U);
}

BOOST_AUTO_TEST_CASE(places_are_spread_evenly_over_the_fleet) {
  planner::Rollout r;
  r.fleet = 1'000;
  r.spec.version = release;
  std::array<std::uint32_t, 10> tenths{};
  for (std::uint64_t n = 1; n <= 10'000; ++n) ++tenths[(planner::place(r, {n}) - 1) / 100];
  double chi = 0;  // of 10 counts that should be 1,000 each
  for (const std::uint32_t count : tenths) chi += (count - 1'000.0) * (count - 1'000.0) / 1'000.0;
  BOOST_TEST(chi < 27.9);  // passed by one in a thousand at 9 degrees of freedom
}

BOOST_AUTO_TEST_CASE(who_is_not_served_yet_is_told_his_place_and_served_when_nobody_else_comes) {
  know(1, 300);
  begin(watched(5'000));
  const auto last = *std::max_element(known.begin(), known.end(), [&](auto a, auto b) {
    return planner::place(rollout(), {a}) < planner::place(rollout(), {b});
  });
  const Wait wait_now = told(last);
  BOOST_TEST((wait_now.reason == WaitReason::turn && wait_now.a > wait_now.b));
  wait(minutes(6));
  step(comes(last));
  BOOST_TEST((settle().grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(a_download_only_rollout_stages_and_gives_no_token) {
  know(1, 5);
  RolloutSpec s = watched(5'000);
  s.policy.download_only = true;
  begin(s);
  wait(minutes(10));
  const std::uint64_t n = known.front();
  BOOST_TEST(!exposes(n));
  BOOST_TEST((row(n)->stage == Stage::staged && tally().exposed == 0U));
  BOOST_TEST((told(n).reason == WaitReason::download_only));
}

BOOST_AUTO_TEST_CASE(after_its_lifetime_a_rollout_grants_nothing_until_it_is_resumed) {
  know(1, 5);
  RolloutSpec s = watched(5'000);
  s.policy.lifetime = hours(2);
  begin(s);
  wait(hours(2));
  sweep();
  BOOST_TEST((rollout().phase == RolloutPhase::expired));
  BOOST_TEST((told(1).reason == WaitReason::expired));
  again(first, RolloutMove::resume);
  wait(minutes(10));
  BOOST_TEST(!round().empty());
}

BOOST_AUTO_TEST_CASE(only_time_makes_a_rollout_expire) {
  know(1, 5);
  begin(watched());
  step(Planner::MoveAsked{{903}, {first, RolloutMove::expire}, "ada", ""});
  BOOST_TEST((said() == OperatorResult::wrong_phase && proposed.empty()));
}

BOOST_AUTO_TEST_CASE(a_retry_offers_it_once_more_to_those_that_failed) {
  start();
  expose(1);
  step(comes(2));
  settle();
  RolloutSpec s = spec();
  s.policy.failure_limit = 2;
  s.version = make_version(1, 2, 0);
  const RolloutId id = start(s);
  BOOST_REQUIRE((check_in(3).grant.kind == GrantKind::install));
  say(3, ReportKind::staged);
  ask_token(3);
  say(3, ReportKind::rolled_back, Reason::check_failed);
  BOOST_TEST((check_in(3).wait.reason == WaitReason::failed_before));
  BOOST_TEST((move(id, RolloutMove::retry) == OperatorResult::done));
  BOOST_TEST((check_in(3).grant.kind == GrantKind::install));
  BOOST_TEST(rollout(id).verdicts.seen == 1U);  // the first verdict stands
}

BOOST_AUTO_TEST_CASE(three_bad_ends_in_a_row_quarantine_an_appliance_until_a_retry) {
  RolloutId id;
  for (std::uint32_t n = 1; n <= 4; ++n) {
    RolloutSpec s = spec();
    s.version = make_version(1, n, 0);
    s.policy.failure_limit = 5;
    id = start(s);
    const Answer a = check_in(1);
    if (n == 4) {
      BOOST_TEST((a.wait.reason == WaitReason::quarantined && a.wait.a == 3U));
      break;
    }
    BOOST_REQUIRE((a.grant.kind == GrantKind::install));
    say(1, ReportKind::staged);
    ask_token(1);
    say(1, ReportKind::rolled_back, Reason::check_failed);
  }
  BOOST_TEST((move(id, RolloutMove::retry) == OperatorResult::done));
  BOOST_TEST((check_in(1).grant.kind == GrantKind::install));
}

BOOST_AUTO_TEST_CASE(who_runs_something_too_old_takes_the_release_in_between_first) {
  RolloutSpec between = spec();
  start(between);  // 1.1.0
  RolloutSpec newest = spec();
  newest.version = make_version(2, 0, 0);
  newest.needs = release;
  start(newest);
  commit(1);  // runs 1.0.0: gets 1.1.0, though a newer rollout runs
  BOOST_TEST(row(1)->rollout.value == 1U);
  const Answer a = check_in(1);
  BOOST_TEST((a.grant.kind == GrantKind::install && a.grant.version == newest.version));
}

BOOST_AUTO_TEST_CASE(without_a_release_in_between_it_waits_and_says_for_which) {
  RolloutSpec newest = spec();
  newest.version = make_version(2, 0, 0);
  newest.needs = make_version(1, 5, 0);
  start(newest);
  const Answer a = check_in(1);
  BOOST_TEST((a.wait.reason == WaitReason::graph && a.wait.a == newest.needs.value));
}

BOOST_AUTO_TEST_CASE(a_dead_end_is_never_offered) {
  RolloutSpec s = spec();
  s.dead_ends.add(old_version);
  start(s);
  const Answer a = check_in(1);
  BOOST_TEST((a.wait.reason == WaitReason::dead_end && a.wait.a == old_version.value));
}

BOOST_AUTO_TEST_CASE(a_rollout_for_another_model_does_not_hide_the_one_for_this) {
  start();
  RolloutSpec other = spec();
  other.version = make_version(3, 0, 0);
  other.hardware = {99};
  start(other);
  const Answer a = check_in(1);
  BOOST_TEST((a.grant.kind == GrantKind::install && a.grant.version == release));
}

BOOST_AUTO_TEST_CASE(a_silent_appliance_that_commits_late_stays_a_failure_of_the_evidence) {
  know(1, 40);
  RolloutSpec s = watched(200'000);
  begin(s);
  wait(minutes(10));
  const auto exposed = round();
  BOOST_REQUIRE(!exposed.empty());
  wait(s.policy.silence_after + hours(1));
  sweep();
  BOOST_TEST((row(exposed[0])->stage == Stage::silent));
  const planner::Verdicts before = rollout().verdicts;
  tells(exposed[0], ReportKind::committed);
  BOOST_TEST((rollout().verdicts == before));
  BOOST_TEST(tally().committed == 1U);
}

BOOST_AUTO_TEST_CASE(doubled_and_contradictory_verdicts_count_once_and_for_the_worse) {
  know(1, 100);
  begin(watched());
  wait(minutes(10));
  const std::uint64_t n = round().front();
  tells(n, ReportKind::committed);
  tells(n, ReportKind::committed);
  BOOST_TEST((rollout().verdicts == planner::Verdicts{1, 0}));
  tells(n, ReportKind::failed_late);
  tells(n, ReportKind::rolled_back);
  BOOST_TEST((rollout().verdicts == planner::Verdicts{1, 1}));
}

BOOST_AUTO_TEST_CASE(a_model_changed_in_flight_counts_where_it_was_exposed) {
  know(odd_from, 60);
  know(1, 60);
  begin(watched(5'000));
  wait(minutes(4));
  const auto exposed = round();
  const auto odd =
      std::find_if(exposed.begin(), exposed.end(), [](auto n) { return n >= odd_from; });
  BOOST_REQUIRE(odd != exposed.end());
  ApplianceSeen e = seen(*odd);  // the registry says the other model now
  running[*odd] = e.facts.running = release;
  e.reports.add(report(*odd, ReportKind::committed));
  step(e);
  settle();
  const std::uint32_t number = planner::stratum_of(store(), first, {8});
  BOOST_TEST(store().strata.get(planner::stratum_id(first, number))->verdicts.seen == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
