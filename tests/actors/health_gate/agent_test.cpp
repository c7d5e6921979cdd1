// The health gate in the agent: the log, the commit, the soak.
#include "tests/actors/health_gate/fixture.hpp"

using namespace drydock;

using Agent = testing::GateInAgent;

BOOST_FIXTURE_TEST_SUITE(gate_in_the_agent, Agent)

BOOST_AUTO_TEST_CASE(passed_and_ready_commit_in_either_order) {
  pass();
  BOOST_TEST((phase() == Phase::passed && get<HealthGate::CommitSlot>() == nullptr));
  ready();
  BOOST_TEST((*get<HealthGate::CommitSlot>() == HealthGate::CommitSlot{{2}, update}));

  Agent other;
  other.boot_trial();
  other.ready();
  BOOST_TEST(other.quiet());
  other.log(1, GateVerdict::passed);
  other.log_end();
  BOOST_TEST((other.get<HealthGate::CommitSlot>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_pass_of_another_boot_commits_nothing) {
  boot_trial();
  ready();
  log(1, GateVerdict::passed, 1);
  log_end();
  BOOST_TEST((quiet() && phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_readiness_of_another_boot_commits_nothing) {
  pass();
  ready(1);
  BOOST_TEST((quiet() && phase() == Phase::passed));
}

BOOST_AUTO_TEST_CASE(each_boot_of_a_trial_proves_itself_anew) {
  pass();
  restart(3, Slot::b, Slot::b);
  ready(3);
  log_end();
  BOOST_TEST((get<HealthGate::CommitSlot>() == nullptr && phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_restart_of_the_agent_alone_keeps_the_pass_and_needs_readiness_again) {
  pass();
  restart(2, Slot::b, Slot::b);
  BOOST_TEST((phase() == Phase::passed));
  log_end();
  BOOST_TEST((get<HealthGate::CommitSlot>() == nullptr));
  ready();
  BOOST_TEST((get<HealthGate::CommitSlot>() != nullptr));
}

BOOST_AUTO_TEST_CASE(only_a_marked_slot_is_committed) {
  pass();
  ready();
  BOOST_TEST((get<Committed>() == nullptr));
  commit_end();
  BOOST_REQUIRE(get<Committed>() != nullptr);
  BOOST_TEST((get<Committed>()->outcome.update == update));
  BOOST_TEST((get<Committed>()->outcome.version == release));
}

BOOST_AUTO_TEST_CASE(a_commit_that_fails_is_tried_a_few_times) {
  pass();
  ready();
  int tries = 0;
  while (phase() == Phase::committing && tries < 1'000) {
    commit_end(Reason::io_error);
    ++tries;
    if (phase() == Phase::committing) fire(commit_tag);
  }
  BOOST_TEST(tries == HealthGate::commit_tries_max);
  BOOST_TEST((get<Committed>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_commit_interrupted_by_a_restart_is_asked_for_again) {
  pass();
  ready();
  restart(2, Slot::b, Slot::b);
  log_end();
  BOOST_TEST((get<HealthGate::CommitSlot>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_commit_interrupted_by_a_power_cut_is_told_by_the_boot_state) {
  pass();
  ready();
  restart(3, Slot::b);  // nothing on trial any more, and the release runs
  BOOST_TEST(count<Committed>() == 1U);
  BOOST_TEST((phase() == Phase::soaking));

  Agent lost;
  lost.pass();
  lost.ready();
  lost.restart(3, Slot::b, Slot::b);  // still on trial
  BOOST_TEST((lost.get<Committed>() == nullptr && lost.phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_record_is_imported_exactly_once) {
  boot_trial();
  log(1, GateVerdict::failed, 2, Reason::check_failed);
  log(2, GateVerdict::fell_back, 2, Reason::check_failed);
  BOOST_TEST(count<RolledBack>() == 1U);
  log(2, GateVerdict::fell_back, 2, Reason::check_failed);
  BOOST_TEST(quiet());
  restart(3, Slot::a);
  BOOST_TEST(get<HealthGate::ReadGateLog>()->from == 3U);
}

BOOST_AUTO_TEST_CASE(a_fall_back_says_why_and_at_which_attempt) {
  arm();
  restart(3, Slot::a);
  log(1, GateVerdict::fell_back, 3, Reason::boot_never_came_up);
  BOOST_REQUIRE(get<RolledBack>() != nullptr);
  const UpdateOutcome& o = get<RolledBack>()->outcome;
  BOOST_TEST((o.reason == Reason::boot_never_came_up && o.attempt == 1U));
  BOOST_TEST((o.update == update && o.rollout.value == 3U && o.detail.view() == "dns"));
}

BOOST_AUTO_TEST_CASE(a_record_of_another_update_is_passed_over) {
  boot_trial();
  tell(HealthGate::GateLogRead{1, {2}, {499}, GateVerdict::fell_back, 3, Reason::none, {}});
  BOOST_TEST((quiet() && phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_boot_of_the_old_slot_without_a_record_is_rolled_back) {
  arm();
  restart(2, Slot::a);
  log_end();
  BOOST_REQUIRE(get<RolledBack>() != nullptr);
  BOOST_TEST((get<RolledBack>()->outcome.reason == Reason::unexpected_slot));
}

BOOST_AUTO_TEST_CASE(the_boot_that_armed_the_trial_claims_nothing) {
  arm();
  restart(1, Slot::a, Slot::b);
  log_end();
  BOOST_TEST((quiet() && phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_withdrawn_trial_is_no_failure_at_the_next_boot) {
  arm();
  tell(TrialWithdrawn{{499}});
  BOOST_TEST((phase() == Phase::armed));
  tell(TrialWithdrawn{update});
  BOOST_TEST((phase() == Phase::idle));
  restart(2, Slot::a);
  log_end();
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_trial_that_was_booted_is_not_withdrawn) {
  boot_trial();
  tell(TrialWithdrawn{update});
  BOOST_TEST((phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(out_of_a_lost_journal_the_boot_state_names_the_trial) {
  restart(2, Slot::b, Slot::b);
  BOOST_TEST((phase() == Phase::armed));
  log(1, GateVerdict::passed);
  log_end();
  ready();
  commit_end();
  BOOST_REQUIRE(get<Committed>() != nullptr);
  BOOST_TEST((get<Committed>()->outcome.version == release));
}

BOOST_AUTO_TEST_CASE(a_healthy_soak_ends_in_silence) {
  commit();
  BOOST_TEST((timer(soak_tag) == hours(1)));
  soak(CheckOutcome::pass, CheckOutcome::fail);
  BOOST_TEST((quiet() && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(a_required_check_that_fails_in_the_soak_is_failed_late) {
  commit();
  soak(CheckOutcome::fail, CheckOutcome::pass);
  BOOST_REQUIRE(get<FailedLate>() != nullptr);
  BOOST_TEST((get<FailedLate>()->outcome.reason == Reason::check_failed));
}

BOOST_AUTO_TEST_CASE(a_required_check_that_hangs_in_the_soak_is_failed_late) {
  commit();
  fire(soak_tag);
  fire(verify_tag);
  BOOST_REQUIRE(get<FailedLate>() != nullptr);
  BOOST_TEST((get<FailedLate>()->outcome.reason == Reason::check_unknown));
}

BOOST_AUTO_TEST_CASE(a_failure_of_an_earlier_attempt_is_no_late_failure) {
  boot_trial();
  log(1, GateVerdict::failed, 2, Reason::check_failed);
  restart(3, Slot::b, Slot::b);
  log(2, GateVerdict::passed, 3);
  log_end();
  ready(3);
  commit_end();
  soak(CheckOutcome::pass, CheckOutcome::pass);
  BOOST_TEST((get<FailedLate>() == nullptr && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(a_restart_begins_the_soak_again_and_says_committed_again) {
  commit();
  restart(3, Slot::b);
  BOOST_TEST((get<Committed>() != nullptr && timer(soak_tag) == hours(1)));
}

BOOST_AUTO_TEST_CASE(an_end_is_said_again_after_a_restart_until_another_trial) {
  commit();
  soak(CheckOutcome::fail, CheckOutcome::pass);
  restart(3, Slot::b);
  BOOST_TEST((get<FailedLate>() != nullptr));
  tell(TrialArmed{UpdateOutcome{{4}, {501}, {}, Reason::none, 0, {}}});
  restart(3, Slot::b);
  BOOST_TEST((get<FailedLate>() == nullptr));
}

BOOST_AUTO_TEST_CASE(another_trial_ends_the_soak) {
  commit();
  const std::uint32_t old = generation(soak_tag);
  tell(TrialArmed{UpdateOutcome{{4}, {501}, {}, Reason::none, 0, {}}});
  tell(TimerFired{soak_tag, old});
  BOOST_TEST((quiet() && phase() == Phase::armed));
}

BOOST_AUTO_TEST_SUITE_END()
