// Reboots that no token leads to: the end of an attempt, and the return of a committed release.
#include "tests/actors/scheduler/fixture.hpp"

using namespace drydock;

namespace {

struct Box : testing::SchedulerBox {
  static constexpr UpdateId back = return_of(update);

  void reach() {
    ask();
    answer(standing());
  }
  // The slot before is on trial, as boot 2.
  void boot_return() {
    Restarted e;
    e.appliance = self;
    e.boot = {2};
    e.active = e.trial = Slot::a;
    e.trial_update = back;
    e.running = old_version;
    e.poll_wish = minutes(5);
    tell(e);
    BOOST_REQUIRE((phase() == Phase::trial && store().update == back));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scheduler_returns, Box)

BOOST_AUTO_TEST_CASE(the_first_answer_of_a_process_is_told_and_leaves_no_record) {
  reach();
  BOOST_TEST((get<CentreReached>() != nullptr));
  reach();
  BOOST_TEST((get<CentreReached>() == nullptr));
  restart(1);
  reach();
  BOOST_TEST((get<CentreReached>() != nullptr && idle()));
}

BOOST_AUTO_TEST_CASE(an_attempt_that_is_over_reboots_the_trial_it_speaks_of_and_nothing_else) {
  tell(AttemptOver{update});
  BOOST_TEST(quiet());
  restart(2, Slot::b, Slot::b);
  tell(AttemptOver{{499}});
  BOOST_TEST(quiet());
  tell(AttemptOver{update});
  BOOST_REQUIRE(get<Scheduler::Reboot>() != nullptr);
}

BOOST_AUTO_TEST_CASE(a_return_is_armed_before_it_reboots) {
  tell(ReturnDue{update});
  BOOST_REQUIRE(get<Scheduler::ArmReturn>() != nullptr);
  BOOST_TEST((get<Scheduler::Reboot>() == nullptr));
  tell(ReturnArmed{update});
  BOOST_REQUIRE(get<Scheduler::Reboot>() != nullptr);
  BOOST_TEST((get<Scheduler::Reboot>()->update == back));
}

BOOST_AUTO_TEST_CASE(a_process_that_has_reached_the_centre_returns_to_nothing) {
  reach();
  tell(ReturnDue{update});
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(an_answer_that_crosses_the_arming_disarms_it) {
  tell(ReturnDue{update});
  reach();
  tell(ReturnArmed{update});
  BOOST_REQUIRE(get<Scheduler::DisarmTrial>() != nullptr);
  BOOST_TEST((get<Scheduler::DisarmTrial>()->update == back));
  BOOST_TEST((get<Scheduler::Reboot>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_waits_for_the_window_where_the_clock_can_tell) {
  tell(Scheduler::WindowResolved{wall + hours(1), wall + hours(2), false});
  tell(ReturnDue{update});
  BOOST_TEST(quiet());
  wait(hours(1));
  tell(ReturnDue{update});
  BOOST_TEST((get<Scheduler::ArmReturn>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_does_not_wait_for_a_clock_that_nobody_vouches_for) {
  tell(Scheduler::WindowResolved{wall + hours(1), wall + hours(2), false});
  trust = WallTrust::unset;
  tell(ReturnDue{update});
  BOOST_TEST((get<Scheduler::ArmReturn>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_that_was_armed_and_not_booted_is_disarmed_by_the_next_start) {
  tell(ReturnDue{update});
  Restarted e;
  e.appliance = self;
  e.boot = {1};
  e.active = Slot::b;
  e.trial = Slot::a;
  e.trial_update = back;
  e.running = release;
  tell(e);
  BOOST_TEST((get<Scheduler::DisarmTrial>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_that_got_through_is_over_and_told_soon) {
  boot_return();
  UpdateOutcome lost = outcome();
  lost.reason = Reason::unreachable;
  tell(FailedLate{lost});
  BOOST_TEST((phase() == Phase::idle && get<CheckInDue>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_that_led_nowhere_is_over_at_the_next_boot) {
  boot_return();
  restart(3, Slot::b);
  BOOST_TEST((phase() == Phase::idle && !store().update));
}

BOOST_AUTO_TEST_CASE(no_order_is_followed_during_a_return) {
  boot_return();
  give(grant(GrantKind::install, 12));
  BOOST_TEST((phase() == Phase::trial && get<InstallOrdered>() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
