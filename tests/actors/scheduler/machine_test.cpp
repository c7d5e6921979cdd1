// The scheduler: when it checks in, and how it waits.
#include <boost/test/unit_test.hpp>

#include "tests/actors/scheduler/fixture.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;
using testing::SchedulerBox;

BOOST_AUTO_TEST_SUITE(scheduler)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_phase) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Scheduler>(entity, 5'000);
  testing::jump<Scheduler>(9, 20'000, 6);
  BOOST_TEST(true);
}

BOOST_FIXTURE_TEST_CASE(a_boot_spreads_its_first_check_in_over_one_interval, SchedulerBox) {
  BOOST_TEST(timer(poll_tag).value > 0);
  BOOST_TEST(timer(poll_tag).value <= minutes(5).value);
  restart(1);  // of the process alone: at once
  BOOST_TEST(timer(poll_tag).value <= seconds(1).value);
}

BOOST_FIXTURE_TEST_CASE(a_check_in_states_the_whole_truth, SchedulerBox) {
  stage();
  trust = WallTrust::plausible;
  ask();
  BOOST_REQUIRE(get<CheckInDue>() != nullptr);
  const Facts& facts = get<CheckInDue>()->facts;
  BOOST_TEST((facts.appliance == self));
  BOOST_TEST((facts.phase == UpdatePhase::staged));
  BOOST_TEST((facts.running == old_version && facts.staged == release));
  BOOST_TEST((facts.update == update && facts.order_floor.value == 10U));
  BOOST_TEST((facts.wall == wall && facts.wall_trust == WallTrust::plausible));
  BOOST_TEST(facts.wants_token);
}

BOOST_FIXTURE_TEST_CASE(each_check_in_of_a_boot_has_the_next_serial, SchedulerBox) {
  ask();
  BOOST_TEST(get<CheckInDue>()->facts.serial == 1U);
  ask();
  BOOST_TEST(get<CheckInDue>()->facts.serial == 2U);
  restart(2);
  ask();
  BOOST_TEST(get<CheckInDue>()->facts.serial == 1U);
}

BOOST_FIXTURE_TEST_CASE(an_answer_brings_the_next_check_in_within_a_tenth_of_the_interval,
                        SchedulerBox) {
  for (int n = 0; n < 200; ++n) {
    ask();
    answer(standing());
    BOOST_TEST(timer(poll_tag).value >= minutes(5).value * 9 / 10);
    BOOST_TEST(timer(poll_tag).value <= minutes(5).value * 11 / 10);
  }
}

BOOST_FIXTURE_TEST_CASE(the_centre_may_stretch_the_interval_and_not_shorten_it, SchedulerBox) {
  ask();
  Answer a = standing();
  a.next_poll = minutes(60);
  answer(a);
  BOOST_TEST(timer(poll_tag).value >= minutes(54).value);
  ask();
  a = standing();
  a.next_poll = seconds(1);
  answer(a);
  BOOST_TEST(timer(poll_tag).value >= minutes(4).value);
}

BOOST_FIXTURE_TEST_CASE(no_answer_stretches_the_interval_beyond_a_day, SchedulerBox) {
  ask();
  Answer a = standing();
  a.next_poll = {INT64_MAX};
  answer(a);
  BOOST_TEST(timer(poll_tag).value <= hours(24).value * 11 / 10);
}

BOOST_FIXTURE_TEST_CASE(each_failure_doubles_the_wait_up_to_its_bound, SchedulerBox) {
  std::int64_t wanted = minutes(5).value;
  for (int n = 0; n < 40; ++n) {
    ask();
    tell(CheckInFailed{store().passing.serial});
    BOOST_TEST(timer(poll_tag).value >= wanted * 9 / 10);
    BOOST_TEST(timer(poll_tag).value <= wanted * 11 / 10);
    wanted = std::min(wanted * 2, Scheduler::backoff_max.value);
  }
  ask();
  answer(standing());
  BOOST_TEST(timer(poll_tag).value <= minutes(5).value * 11 / 10);
}

BOOST_FIXTURE_TEST_CASE(an_answer_or_failure_of_an_older_check_in_is_ignored, SchedulerBox) {
  ask();
  ask();
  Answer old = with(grant(GrantKind::install, 10));
  old.serial = 1;
  answer(old);
  BOOST_TEST((quiet() && phase() == Phase::idle));
  tell(CheckInFailed{1});
  BOOST_TEST(quiet());
  answer(standing());
  BOOST_TEST(!quiet());
  answer(with(grant(GrantKind::install, 10)));  // and so is a second answer
  BOOST_TEST((quiet() && phase() == Phase::idle));
}

BOOST_FIXTURE_TEST_CASE(it_asks_again_when_neither_answer_nor_failure_comes, SchedulerBox) {
  ask();
  BOOST_TEST((timer(poll_tag) == Scheduler::answer_patience + minutes(5)));
  ask();
  BOOST_TEST((get<CheckInDue>() != nullptr));
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_timer_does_nothing, SchedulerBox) {
  const std::uint32_t old = generation(poll_tag);
  ask();
  tell(TimerFired{poll_tag, old});
  BOOST_TEST(quiet());
}

BOOST_FIXTURE_TEST_CASE(it_asks_again_soon_while_a_decision_is_on_its_way, SchedulerBox) {
  ask();
  Answer a = standing();
  a.wait.reason = WaitReason::deciding;
  answer(a);
  BOOST_TEST(timer(poll_tag).value <= seconds(17).value);
}

BOOST_FIXTURE_TEST_CASE(a_step_of_the_clock_resolves_the_window_again, SchedulerBox) {
  tell(ClockStepped{hours(-3)});
  BOOST_TEST((get<Scheduler::ResolveWindow>() != nullptr));
}

BOOST_FIXTURE_TEST_CASE(a_window_that_has_closed_is_resolved_again_at_the_next_check_in,
                        SchedulerBox) {
  tell(Scheduler::WindowResolved{wall + milliseconds(-10), wall + milliseconds(1), false});
  ask();
  BOOST_TEST((get<Scheduler::ResolveWindow>() != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
