// The scheduler: what it makes of a stop at any point of an update.
#include <boost/test/unit_test.hpp>

#include "tests/actors/scheduler/fixture.hpp"

using namespace drydock;
using testing::SchedulerBox;

BOOST_FIXTURE_TEST_SUITE(restarts, SchedulerBox)

BOOST_AUTO_TEST_CASE(a_stop_while_arming_waits_for_the_same_token_again) {
  take_token();
  restart(1);
  BOOST_TEST((phase() == Phase::staged));
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((get<Scheduler::ArmTrial>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_power_cut_while_arming_leads_to_no_trial_that_never_ends) {
  take_token();
  restart(2);  // the same slot, nothing armed
  BOOST_TEST((phase() == Phase::staged));
}

BOOST_AUTO_TEST_CASE(a_power_cut_behind_the_arming_finds_the_trial_by_the_boot_state) {
  take_token();
  restart(2, Slot::b, Slot::b);
  BOOST_TEST((phase() == Phase::trial));
  tell(Committed{outcome()});
  BOOST_TEST((phase() == Phase::idle && store().running == release));
}

// A person has booted the other slot again before the commit was told.
BOOST_AUTO_TEST_CASE(a_commit_that_is_told_in_the_old_slot_changes_nothing_about_what_runs) {
  arm();
  restart(2);
  tell(Committed{outcome()});
  BOOST_TEST((phase() == Phase::idle && store().running == old_version));
}

BOOST_AUTO_TEST_CASE(a_check_in_states_the_epoch_that_this_process_has_heard) {
  const auto stated = [&] {
    ask();
    return get<CheckInDue>()->facts.epoch_seen.value;
  };
  BOOST_TEST(stated() == 0U);
  Answer answer = standing();
  answer.epoch = {7};
  tell(CheckInAnswered{answer});
  BOOST_TEST(stated() == 7U);
  restart(1);
  BOOST_TEST(stated() == 0U);
  BOOST_TEST(store().epoch.value == 7U);  // it still follows no older order
  answer = standing();
  answer.epoch = {};
  answer.wait = {WaitReason::busy, 0, 0};
  tell(CheckInAnswered{answer});
  BOOST_TEST(stated() == 0U);  // from this one the reporter takes no mark
}

BOOST_AUTO_TEST_CASE(a_stop_between_arming_and_rebooting_reboots) {
  arm();
  restart(1, Slot::a, Slot::b);
  BOOST_TEST((get<Scheduler::Reboot>() != nullptr));
  BOOST_TEST((timer(reboot_tag) == Scheduler::reboot_patience));
}

BOOST_AUTO_TEST_CASE(out_of_a_lost_journal_a_running_trial_is_known_and_nothing_is_installed) {
  restart(2, Slot::b, Slot::b);
  BOOST_TEST((phase() == Phase::trial && store().update == update));
  Grant other = grant(GrantKind::install, 30);
  other.update = {501};
  give(other);
  BOOST_TEST((get<InstallOrdered>() == nullptr));
}

BOOST_AUTO_TEST_CASE(an_install_into_the_standby_slot_ends_when_a_forgotten_trial_runs) {
  Grant other = grant(GrantKind::install, 10);
  other.update = {501};
  give(other);
  restart(2, Slot::b, Slot::b);  // the standby slot is the good one now
  BOOST_TEST((get<InstallCancelled>()->update.value == 501U));
  BOOST_TEST((phase() == Phase::trial && store().update == update));
}

BOOST_AUTO_TEST_CASE(a_trial_in_the_boot_state_that_nobody_follows_is_disarmed) {
  restart(1, Slot::a, Slot::b);
  BOOST_TEST((get<Scheduler::DisarmTrial>()->update == update));
}

BOOST_AUTO_TEST_CASE(back_on_the_old_slot_the_gate_tells_how_the_trial_ended) {
  arm();
  restart(2);
  BOOST_TEST((phase() == Phase::trial));
  tell(RolledBack{outcome()});
  BOOST_TEST((phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(back_on_the_old_slot_the_centre_may_end_what_the_gate_has_forgotten) {
  arm();
  restart(2);
  Grant other = grant(GrantKind::install, 30);
  other.update = {501};
  give(other);
  BOOST_TEST((get<InstallOrdered>()->grant.update.value == 501U));
  BOOST_TEST((phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(the_end_of_an_update_is_told_soon) {
  install();
  answer(standing());
  tell(InstallFailed{outcome()});
  BOOST_TEST((phase() == Phase::idle && get<CheckInDue>() != nullptr));
  BOOST_TEST((get<InstallCancelled>()->update == update));  // should it have begun again meanwhile
}

BOOST_AUTO_TEST_CASE(the_end_of_another_update_is_not_ours) {
  install();
  UpdateOutcome other = outcome();
  other.update = {501};
  tell(RolledBack{other});
  tell(InstallFailed{other});
  tell(Staged{other});
  BOOST_TEST((quiet() && phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(the_replay_floor_outlives_update_and_restart) {
  install();
  tell(InstallFailed{outcome()});
  restart(2);
  give(grant(GrantKind::install, 10));
  BOOST_TEST((denied() == Reason::replayed));
}

BOOST_AUTO_TEST_SUITE_END()
