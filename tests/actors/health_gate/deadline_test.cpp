// The boot deadline: a trial has its time from boot, and then its agent ends the attempt.
#include "tests/actors/health_gate/fixture.hpp"

using namespace drydock;

BOOST_FIXTURE_TEST_SUITE(gate_deadline, testing::GateInAgent)

BOOST_AUTO_TEST_CASE(a_trial_that_is_not_committed_in_time_ends_its_attempt) {
  pass();  // and the agent is never ready
  limits();
  BOOST_TEST((timer(deadline_tag) == minutes(9)));  // the boot was a minute old
  fire(deadline_tag);
  BOOST_REQUIRE(get<AttemptOver>() != nullptr);
  BOOST_TEST((get<AttemptOver>()->update == update));
}

BOOST_AUTO_TEST_CASE(an_attempt_whose_reboot_does_not_come_is_ended_again) {
  pass();
  limits();
  fire(deadline_tag);
  BOOST_TEST((timer(deadline_tag) == HealthGate::reboot_patience));
  fire(deadline_tag);
  BOOST_TEST((get<AttemptOver>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_boot_that_is_older_than_the_deadline_ends_at_once) {
  boot_trial();
  tell(HealthGate::LimitsSet{hours(1), minutes(10), hours(24)});
  BOOST_TEST((timer(deadline_tag) == seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_committed_slot_has_no_deadline) {
  boot_trial();
  limits();
  log(1, GateVerdict::passed);
  log_end();
  ready();
  commit_end();
  fire(deadline_tag);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_commit_under_way_is_waited_for) {
  boot_trial();
  limits();
  log(1, GateVerdict::passed);
  log_end();
  ready();
  BOOST_TEST((phase() == Phase::committing));
  fire(deadline_tag);
  BOOST_TEST((get<AttemptOver>() == nullptr));
  BOOST_TEST((timer(deadline_tag) == HealthGate::commit_patience));
}

BOOST_AUTO_TEST_CASE(the_good_slot_has_no_deadline_though_a_trial_is_armed) {
  arm();
  limits();
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_trial_that_passed_its_gate_and_fell_back_was_never_ready) {
  pass();  // attempt 1
  restart(3, Slot::a);
  log(2, GateVerdict::fell_back, 3, Reason::boot_never_came_up);  // and that was the last one
  BOOST_REQUIRE(get<RolledBack>() != nullptr);
  BOOST_TEST((get<RolledBack>()->outcome.reason == Reason::agent_not_ready));
}

BOOST_AUTO_TEST_CASE(a_trial_whose_last_attempt_never_came_up_says_so) {
  pass();  // attempt 1
  restart(3, Slot::a);
  tell(HealthGate::GateLogRead{
      2, {3}, update, GateVerdict::fell_back, 3, Reason::boot_never_came_up, {}});
  BOOST_REQUIRE(get<RolledBack>() != nullptr);
  BOOST_TEST((get<RolledBack>()->outcome.reason == Reason::boot_never_came_up));
}

BOOST_AUTO_TEST_SUITE_END()
