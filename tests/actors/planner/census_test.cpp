// The planner: what a rollout as a whole waits for, since when, and because of whom.
#include <boost/test/unit_test.hpp>

#include "actors/planner/census.hpp"
#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

struct Counted : PlannedCentre {
  Turn now() const { return {up, wall, trust, {}}; }
  planner::Census look(RolloutId id = first) { return planner::census(store(), id, now()); }
  static std::uint32_t of(const planner::Census& census, WaitReason reason) {
    return census.waiting[static_cast<std::size_t>(reason)].count;
  }
  Answer closed_window(std::uint64_t n, WallTime opens, UpdatePhase phase = UpdatePhase::staged) {
    ApplianceSeen e = seen(n);
    e.facts.phase = phase;
    e.facts.window_opens = opens;
    step(e);
    return settle();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(census, Counted)

BOOST_AUTO_TEST_CASE(an_appliance_that_waits_for_its_own_window_is_told_so_with_the_time) {
  start();
  stage(1);
  const Wait told = closed_window(1, wall + hours(3)).wait;
  BOOST_TEST((told.reason == WaitReason::window));
  BOOST_TEST(told.a == static_cast<std::uint64_t>((wall + hours(3)).value));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(one_that_still_installs_is_not_told_of_a_window) {
  start();
  check_in(1);
  const Wait told = closed_window(1, {}, UpdatePhase::installing).wait;
  BOOST_TEST((told.reason == WaitReason::in_progress));
}

BOOST_AUTO_TEST_CASE(every_appliance_of_a_rollout_is_counted_once) {
  start(spec(2, 2));
  check_in(1);
  stage(2);
  for (std::uint64_t n = 3; n <= 5; ++n) check_in(n);
  running[6] = release;
  check_in(6);
  const planner::Census census = look();
  BOOST_TEST((census.downloading == 1U && census.staged == 1U && census.exposed == 0U));
  BOOST_TEST(of(census, WaitReason::ramp) == 3U);
  BOOST_TEST(of(census, WaitReason::up_to_date) == 1U);
  BOOST_TEST(of(census, WaitReason::in_progress) == 2U);
  BOOST_TEST((census.looked_at == 6U && census.known == 6U));
  std::uint32_t all = 0;
  for (const auto& each : census.waiting) all += each.count;
  BOOST_TEST(all == 6U);
}

BOOST_AUTO_TEST_CASE(who_is_due_and_does_not_ask_is_named) {
  check_in(1);
  check_in(2);
  start(spec(50, 50));
  check_in(1);
  const planner::Census census = look();
  BOOST_REQUIRE(census.due.size() == 1U);
  BOOST_TEST(census.due[0].value == 2U);
  BOOST_TEST(of(census, WaitReason::none) == 1U);
}

BOOST_AUTO_TEST_CASE(who_has_had_an_order_longest_is_named_with_its_time) {
  start(spec(50, 50));
  const WallTime began = wall;
  check_in(1);
  wait(minutes(7));
  check_in(2);
  planner::Census census = look();
  BOOST_TEST((census.oldest.value == 1U && census.oldest_since == began));
  say(1, ReportKind::staged);
  wait(minutes(1));
  const WallTime token_given = wall;
  ask_token(1);
  BOOST_TEST((planner::order_given(store(), *row(1)) == token_given));
  BOOST_TEST((look().oldest.value == 2U));
}

BOOST_AUTO_TEST_CASE(appliances_of_another_rollout_are_not_counted) {
  start();
  check_in(1);
  RolloutSpec other = spec();
  other.client = {99};
  const RolloutId id = start(other);
  const planner::Census census = look(id);
  for (const auto& each : census.waiting) BOOST_TEST(each.count == 0U);
}

BOOST_AUTO_TEST_CASE(the_holders_of_a_site_are_those_with_an_order_and_those_it_is_decided_for) {
  RolloutSpec s = spec(50, 50);
  s.policy.site_at_once = 2;
  start(s);
  for (std::uint64_t n = 1; n <= 3; ++n) sites[n] = 5;
  check_in(1);
  step(seen(2));  // on its way through the decision log
  step(seen(3));
  BOOST_TEST((get<AnswerReady>()->answer.wait.reason == WaitReason::site_busy));
  const planner::Holders holders = planner::holders_at(store(), {5});
  BOOST_REQUIRE(holders.size() == 2U);
  BOOST_TEST((holders[0].value == 1U && holders[1].value == 2U));
  BOOST_TEST(planner::holders_at(store(), {6}).empty());
}

BOOST_AUTO_TEST_CASE(a_rollout_knows_since_when_nothing_has_moved) {
  start(spec(50, 50));
  const auto idle = [&] { return up - rollout().progressed; };
  BOOST_TEST(idle().value == 0);
  wait(minutes(1));
  check_in(1);
  BOOST_TEST(idle().value == 0);
  wait(minutes(9));
  check_in(1);  // the same again is no step further
  BOOST_TEST((idle() == minutes(9)));
  say(1, ReportKind::drifted);
  BOOST_TEST((idle() == minutes(9)));
  say(1, ReportKind::staged);
  BOOST_TEST(idle().value == 0);
  wait(minutes(2));
  ask_token(1);
  BOOST_TEST(idle().value == 0);
  wait(hours(1));
  sweep();  // silent
  BOOST_TEST(idle().value == 0);
}

BOOST_AUTO_TEST_SUITE_END()
