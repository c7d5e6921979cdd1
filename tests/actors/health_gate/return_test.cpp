// A committed release that does not reach the centre, and the return to the slot before it.
#include "tests/actors/health_gate/fixture.hpp"

using namespace drydock;

namespace {

struct Lost : testing::GateInAgent {
  static constexpr UpdateId back = return_of(update);

  // Committed from boot 2, without a word from the centre.
  void commit_unreached() {
    boot_trial();
    limits();
    log(1, GateVerdict::passed);
    log_end();
    ready();
    commit_end();
    BOOST_REQUIRE((phase() == Phase::soaking));
  }
  void overdue() { fire(reach_tag); }
  // The slot before is on trial, as boot 3.
  void boot_return() {
    commit_unreached();
    overdue();
    restart(3, Slot::a, Slot::a, back);
    limits();
  }
  void pass_return() {
    boot_return();
    log(2, GateVerdict::passed, 3, Reason::none, back);
    log_end();
    ready(3);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gate_return, Lost)

BOOST_AUTO_TEST_CASE(a_release_that_never_reaches_the_centre_is_left_after_the_time_for_it) {
  commit_unreached();
  soak(CheckOutcome::pass, CheckOutcome::pass);
  BOOST_TEST((phase() == Phase::unreached && quiet()));
  BOOST_TEST((timer(reach_tag) > hours(23) && timer(reach_tag) <= hours(24) + seconds(1)));
  overdue();
  BOOST_REQUIRE(get<ReturnDue>() != nullptr);
  BOOST_TEST((get<ReturnDue>()->update == update));
}

BOOST_AUTO_TEST_CASE(one_answer_of_the_centre_is_enough_for_ever) {
  commit_unreached();
  const TimerFired late = due(reach_tag);
  tell(CentreReached{});
  tell(late);
  BOOST_TEST(quiet());
  soak(CheckOutcome::pass, CheckOutcome::pass);
  BOOST_TEST((phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(an_answer_during_the_trial_counts_as_one_after_it) {
  boot_trial();
  limits();
  tell(CentreReached{});
  log(1, GateVerdict::passed);
  log_end();
  ready();
  commit_end();
  BOOST_TEST((get<ArmTimer>()->tag == soak_tag && count<ArmTimer>() == 1U));
}

BOOST_AUTO_TEST_CASE(an_answer_to_the_old_release_proves_nothing_of_the_new_one) {
  arm();
  tell(CentreReached{});
  restart(2, Slot::b, Slot::b);
  limits();
  log(1, GateVerdict::passed);
  log_end();
  ready();
  commit_end();
  overdue();
  BOOST_TEST((get<ReturnDue>() != nullptr));
}

BOOST_AUTO_TEST_CASE(restarts_and_boots_do_not_give_it_more_time) {
  commit_unreached();
  wait(hours(20));
  restart(3, Slot::b);
  limits();
  BOOST_TEST((timer(reach_tag) > hours(3) && timer(reach_tag) <= hours(4) + seconds(1)));
}

BOOST_AUTO_TEST_CASE(a_return_that_does_not_come_about_is_asked_for_again) {
  commit_unreached();
  overdue();
  BOOST_TEST((timer(reach_tag) <= HealthGate::return_retry + seconds(1)));
  tell(ReturnRefused{update, Reason::io_error});
  overdue();
  BOOST_TEST((get<ReturnDue>() != nullptr));
}

BOOST_AUTO_TEST_CASE(root_helper_s_refusal_is_the_last_word) {
  commit_unreached();
  soak(CheckOutcome::pass, CheckOutcome::pass);
  overdue();
  const TimerFired again = due(reach_tag);
  tell(ReturnRefused{update, Reason::helper_refused});
  BOOST_TEST((phase() == Phase::idle));
  tell(again);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_return_is_committed_only_when_the_centre_was_reached_from_there) {
  pass_return();
  BOOST_TEST((get<HealthGate::CommitSlot>() == nullptr && phase() == Phase::passed));
  tell(CentreReached{});
  BOOST_REQUIRE(get<HealthGate::CommitSlot>() != nullptr);
  BOOST_TEST((*get<HealthGate::CommitSlot>() == HealthGate::CommitSlot{{3}, back}));
  commit_end(Reason::none, back);
  BOOST_REQUIRE(get<FailedLate>() != nullptr);
  const UpdateOutcome& o = get<FailedLate>()->outcome;
  BOOST_TEST((o.update == update && o.version == release && o.rollout.value == 3U));
  BOOST_TEST((o.reason == Reason::unreachable));
  BOOST_TEST((get<Committed>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_return_interrupted_in_its_commit_is_told_by_the_boot_state) {
  pass_return();
  tell(CentreReached{});
  restart(4, Slot::a);  // nothing on trial any more, and the old release runs
  BOOST_REQUIRE(get<FailedLate>() != nullptr);
  BOOST_TEST((get<FailedLate>()->outcome.reason == Reason::unreachable));
  limits();
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_return_that_reaches_nobody_ends_at_the_deadline) {
  pass_return();
  fire(deadline_tag);
  BOOST_REQUIRE(get<AttemptOver>() != nullptr);
  BOOST_TEST((get<AttemptOver>()->update == back));
  restart(6, Slot::b);  // after three such boots
  log(3, GateVerdict::fell_back, 6, Reason::boot_never_came_up, back);
  BOOST_TEST((phase() == Phase::idle && quiet()));
  log_end();
  limits();
  BOOST_TEST(quiet());  // it is tried once
}

BOOST_AUTO_TEST_CASE(a_return_that_does_not_come_up_leaves_the_release_as_it_is) {
  commit_unreached();
  soak(CheckOutcome::pass, CheckOutcome::pass);
  overdue();
  restart(6, Slot::b);  // no agent of the slot before ever ran
  log(2, GateVerdict::fell_back, 6, Reason::boot_never_came_up, back);
  BOOST_TEST((phase() == Phase::idle && quiet()));
}

BOOST_AUTO_TEST_CASE(back_without_a_word_in_the_log_the_return_is_over) {
  boot_return();
  restart(4, Slot::b);
  log_end();
  BOOST_TEST((phase() == Phase::idle && get<RolledBack>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_release_that_failed_in_its_soak_is_left_as_well) {
  commit_unreached();
  soak(CheckOutcome::fail, CheckOutcome::pass);
  BOOST_TEST((phase() == Phase::failed_late));
  overdue();
  BOOST_TEST((get<ReturnDue>() != nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
