// The planner: the windows of a rollout, and a clock that jumps.
#include <boost/test/unit_test.hpp>

#include "actors/planner/openings.hpp"
#include "tests/actors/planner/fixture.hpp"

using namespace drydock;
using testing::PlannedCentre;

namespace {

struct Windowed : PlannedCentre {
  static RolloutSpec nights() {
    RolloutSpec s = spec(50, 50);
    s.calendar.zone = "UTC";
    s.calendar.hours.add({0x7F, 60, 180});
    return s;
  }
  void opens_after(Duration after, Duration length, Duration covered = hours(48)) {
    ResolvedCalendar calendar;
    calendar.open.add({wall + after, wall + after + length});
    calendar.covered_until = wall + covered;
    step(Planner::CalendarResolved{first, calendar});
  }
  bool has_token(std::uint64_t n) { return row(n)->stage == Stage::token; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(openings, Windowed)

BOOST_AUTO_TEST_CASE(installs_go_on_and_tokens_wait_for_the_window_with_its_time) {
  start(nights());
  opens_after(hours(3), hours(2));
  const WallTime opens = wall + hours(3);
  stage(1);
  const Wait wait_now = ask_token(1).wait;
  BOOST_TEST((wait_now.reason == WaitReason::window && !has_token(1)));
  BOOST_TEST(wait_now.a == static_cast<std::uint64_t>(opens.value));
  wait(hours(3));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(the_last_token_of_a_window_lives_within_it) {
  start(nights());
  opens_after(Duration{0}, hours(1));
  stage(1);
  wait(minutes(51));  // a token lives ten minutes
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::none));
  BOOST_TEST((check_in(1).wait.reason == WaitReason::window && check_in(1).wait.a == 0U));
}

BOOST_AUTO_TEST_CASE(a_window_nobody_has_worked_out_is_closed) {
  start(nights());
  stage(1);
  const Wait told = ask_token(1).wait;
  BOOST_TEST((told.reason == WaitReason::window && told.a == 0U));
}

BOOST_AUTO_TEST_CASE(a_list_that_ran_out_means_closed) {
  start(nights());
  opens_after(Duration{0}, hours(100), hours(2));
  stage(1);
  wait(hours(2));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::none));
  opens_after(Duration{0}, hours(100), hours(2));
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(with_a_clock_that_is_not_set_the_window_is_closed) {
  start(nights());
  opens_after(Duration{0}, hours(4));
  stage(1);
  trust = WallTrust::unset;
  const Wait told = ask_token(1).wait;
  BOOST_TEST((told.reason == WaitReason::window && told.b == 1U));
  trust = WallTrust::plausible;
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_closes_the_window_again) {
  start(nights());
  opens_after(hours(1), hours(4));
  stage(1);
  stage(2);
  wall = wall + hours(2);
  BOOST_TEST((ask_token(1).grant.kind == GrantKind::reboot));
  wall = {wall.value - hours(2).value};
  BOOST_TEST((ask_token(2).wait.reason == WaitReason::window));
}

BOOST_AUTO_TEST_CASE(a_calendar_of_a_rollout_that_is_not_there_changes_nothing) {
  step(Planner::CalendarResolved{{9}, {}});
  BOOST_TEST(store().calendars.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_same_calendar_again_leaves_no_trace) {
  start(nights());
  ResolvedCalendar calendar;
  calendar.covered_until = wall + hours(1);
  step(Planner::CalendarResolved{first, calendar});
  step(Planner::CalendarResolved{first, calendar});
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_SUITE_END()
