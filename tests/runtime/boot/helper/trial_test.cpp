#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include "tests/runtime/boot/helper/appliance.hpp"

namespace drydock::boot {

BOOST_AUTO_TEST_SUITE(helper_trial)

BOOST_FIXTURE_TEST_CASE(arm_without_a_read_back_of_this_manifest_is_refused, Appliance) {
  check_refused(arm(grant(GrantKind::reboot, 1)), Reason::helper_refused);
  install(1);
  Grant other_manifest = grant(GrantKind::reboot, 2);
  other_manifest.manifest[5] ^= 1;
  check_refused(arm(other_manifest), Reason::helper_refused);
  check_done(open_standby(grant(GrantKind::install, 3)));  // may have been overwritten since
  check_refused(arm(grant(GrantKind::reboot, 4)), Reason::helper_refused);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(what_was_proved_outlives_the_program, Appliance) {
  install(1);
  helper = make_helper();
  check_done(arm(grant(GrantKind::reboot, 2)));
}

BOOST_FIXTURE_TEST_CASE(a_token_that_is_unsigned_expired_foreign_or_an_install_grant_is_refused,
                        Appliance) {
  install(1);
  const Grant good = grant(GrantKind::reboot, 2);
  Envelope unsigned_token = sign(good);
  unsigned_token.signature.clear();
  check_refused(ask(ArmTrial{unsigned_token}), Reason::helper_refused);
  Grant foreign = good;
  foreign.appliance = {0xbad};
  check_refused(arm(foreign), Reason::foreign);
  Grant install_kind = good;
  install_kind.kind = GrantKind::install;
  check_refused(arm(install_kind), Reason::helper_refused);
  now = good.expires;
  check_refused(arm(good), Reason::expired);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_token_works_once, Appliance) {
  install(1);
  const Grant token = grant(GrantKind::reboot, 2);
  check_done(arm(token));
  check_done(ask(DisarmTrial{}));
  check_refused(arm(token), Reason::replayed);
  helper = make_helper();
  check_refused(arm(token), Reason::replayed);
  check_refused(arm(grant(GrantKind::reboot, 1)), Reason::replayed);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_token_whose_answer_was_lost_may_be_offered_again, Appliance) {
  install(1);
  const Grant token = grant(GrantKind::reboot, 2);
  check_done(arm(token));
  check_done(arm(token));
  BOOST_TEST((boot_state() == BootState{2, Slot::a, Slot::b, this_update}));
}

BOOST_FIXTURE_TEST_CASE(a_cut_between_ledger_and_boot_state_leaves_the_token_good, Appliance) {
  install(1);
  auto ledger = Ledger::open(ledger_folder);
  BOOST_REQUIRE(ledger->store(UsedOrders{{1}, {2}, false, {1}}).ok());  // taken up, not armed
  check_done(arm(grant(GrantKind::reboot, 2)));
  BOOST_TEST((boot_state().trial == Slot::b));
}

BOOST_FIXTURE_TEST_CASE(an_update_that_used_up_its_attempts_is_not_armed_again, Appliance) {
  install(1);
  put(folder / "esp/ab_tries", format(BootTries{this_update, 0}));
  check_refused(arm(grant(GrantKind::reboot, 2)), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(arm_makes_the_counter_grub_will_write, Appliance) {
  install(1);
  ::unlink((folder / "esp/ab_tries").c_str());
  check_done(arm(grant(GrantKind::reboot, 2)));
  BOOST_TEST(BootStateStore(config.layout.esp_folder).load_tries().ok());
}

BOOST_FIXTURE_TEST_CASE(a_ledger_with_both_copies_damaged_lets_no_order_through, Appliance) {
  install(1);
  put(ledger_folder + "/used_orders", "rot");
  check_done(arm(grant(GrantKind::reboot, 2)));  // the other copy still knows
  put(ledger_folder + "/used_orders", "rot");
  put(ledger_folder + "/used_orders2", "rot");
  check_refused(open_standby(grant(GrantKind::install, 3)), Reason::io_error);
}

BOOST_FIXTURE_TEST_CASE(a_ledger_that_others_may_change_is_refused, Appliance) {
  BOOST_REQUIRE(::chmod(ledger_folder.c_str(), 0755) == 0);
  BOOST_TEST(!Ledger::open(ledger_folder).ok());
}

BOOST_FIXTURE_TEST_CASE(disarm_may_be_repeated_and_keeps_the_good_slot, Appliance) {
  check_done(ask(DisarmTrial{}));
  BOOST_TEST((boot_state().seq == 1u));  // nothing to change, nothing written
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  check_done(ask(DisarmTrial{}));
  check_done(ask(DisarmTrial{}));
  BOOST_TEST((boot_state() == BootState{3, Slot::a, Slot::none, {}}));
}

struct Trial : Appliance {
  Trial() {
    install(1);
    check_done(arm(grant(GrantKind::reboot, 2)));
    boot_into(Slot::b);
  }
  Helper::Reply commit() { return ask(CommitTrial{this_boot, this_update}); }
};

BOOST_FIXTURE_TEST_CASE(a_trial_that_passed_the_gate_is_committed, Trial) {
  gate_says(GateKind::boot_observed);
  gate_says(GateKind::passed);
  check_done(commit());
  BOOST_TEST((boot_state() == BootState{3, Slot::b, Slot::none, {}}));
  check_done(commit());  // the answer was lost
  BOOST_TEST((boot_state().seq == 3u));
}

BOOST_FIXTURE_TEST_CASE(commit_without_a_passed_verdict_of_this_boot_and_update_is_refused, Trial) {
  check_refused(commit(), Reason::io_error);  // no log at all
  gate_says(GateKind::boot_observed);
  gate_says(GateKind::failed);
  gate_says(GateKind::passed, BootId{5});
  gate_says(GateKind::passed, this_boot, UpdateId{5});
  check_refused(commit(), Reason::helper_refused);
  BOOST_TEST((boot_state().trial == Slot::b));
}

BOOST_FIXTURE_TEST_CASE(a_verdict_that_turned_to_failed_does_not_commit, Trial) {
  gate_says(GateKind::passed);
  gate_says(GateKind::failed);
  check_refused(commit(), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(commit_for_an_earlier_boot_is_refused, Trial) {
  gate_says(GateKind::passed, BootId{5});
  check_refused(ask(CommitTrial{BootId{5}, this_update}), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(commit_from_the_slot_it_fell_back_to_is_refused, Trial) {
  boot_into(Slot::a);
  gate_says(GateKind::passed);
  check_refused(commit(), Reason::unexpected_slot);
  BOOST_TEST((boot_state().good == Slot::a));
}

BOOST_FIXTURE_TEST_CASE(a_gate_log_that_others_may_write_does_not_commit, Trial) {
  gate_says(GateKind::passed);
  BOOST_REQUIRE(::chmod((folder / "data/update/gate.log").c_str(), 0666) == 0);
  check_refused(commit(), Reason::io_error);
}

BOOST_FIXTURE_TEST_CASE(reboot_runs_the_configured_command, Appliance) {
  check_done(ask(RebootHost{}));
  BOOST_TEST(::access((folder / "rebooted").c_str(), F_OK) == 0);
}

BOOST_FIXTURE_TEST_CASE(only_units_on_the_list_are_restarted, Appliance) {
  check_done(ask(RestartUnit{folder / "clinic.service"}));
  BOOST_TEST(::access((folder / "clinic.service").c_str(), F_OK) == 0);
  check_refused(ask(RestartUnit{folder / "other.service"}), Reason::helper_refused);
  check_refused(ask(RestartUnit{""}), Reason::helper_refused);
  BOOST_TEST(::access((folder / "other.service").c_str(), F_OK) != 0);
}

BOOST_FIXTURE_TEST_CASE(a_command_that_fails_or_is_missing_is_an_error_with_its_name, Appliance) {
  config.reboot = {"false"};
  helper = make_helper();
  BOOST_TEST(ask(RebootHost{}).answer.text.find("false failed (exit code 1)") != std::string::npos);
  config.reboot = {"/no/such/program"};
  helper = make_helper();
  check_refused(ask(RebootHost{}), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_unknown_or_malformed_is_refused_and_states_the_truth,
                        Appliance) {
  for (const std::string& bad : {std::string("\x7a\x00", 2),  // verb 15
                                 std::string(), std::string("garbage"), std::string(1000, '\xff'),
                                 std::string("\x0a\x05\x01", 3)}) {
    const auto reply = helper.serve(bad, -1);
    check_refused(reply, Reason::helper_refused);
    BOOST_TEST((reply.answer.failure == HelperFailure::malformed));
    BOOST_TEST((reply.answer.state.active == Slot::a));
  }
}

BOOST_FIXTURE_TEST_CASE(status_states_slots_boot_state_attempts_and_boot, Appliance) {
  put(folder / "esp/ab_tries", format(BootTries{UpdateId{9}, 2}));
  put(folder / "esp/ab_state2", "torn");
  const HelperState state = ask(HelperStatus{}).answer.state;
  BOOST_TEST((state == HelperState{this_boot,
                                   Slot::a,
                                   Slot::a,
                                   Slot::none,
                                   {},
                                   1,
                                   1,
                                   UpdateId{9},
                                   2,
                                   2 * mebibyte,
                                   2 * mebibyte}));
}

struct Excused : Trial {
  Excused() { put(folder / "esp/ab_tries", format(BootTries{this_update, 1})); }  // attempt 2 runs
  void gate_excuses(std::uint32_t attempt) {
    GateRecord record;
    record.boot = this_boot;
    record.update = this_update;
    record.kind = GateKind::excused;
    record.attempt = attempt;
    BOOST_REQUIRE(GateLog(config.layout.update_folder()).append(record).ok());
  }
  Helper::Reply excuse(BootId boot = this_boot) { return ask(ExcuseTrial{boot, this_update}); }
  BootTries tries() { return *BootStateStore(config.layout.esp_folder).load_tries(); }
};

BOOST_FIXTURE_TEST_CASE(a_boot_that_the_gate_excused_gets_its_try_back_once, Excused) {
  gate_excuses(2);
  check_done(excuse());
  BOOST_TEST((tries() == BootTries{this_update, 2}));
  check_done(excuse());  // the answer was lost
  BOOST_TEST((tries() == BootTries{this_update, 2}));
}

BOOST_FIXTURE_TEST_CASE(a_try_is_not_given_back_on_the_agents_word, Excused) {
  check_refused(excuse(), Reason::io_error);  // no log at all
  gate_says(GateKind::passed);
  check_refused(excuse(), Reason::helper_refused);
  gate_excuses(2);
  check_refused(excuse(BootId{5}), Reason::helper_refused);
  gate_says(GateKind::failed);  // the newest word counts
  check_refused(excuse(), Reason::helper_refused);
  BOOST_TEST((tries() == BootTries{this_update, 1}));
}

BOOST_FIXTURE_TEST_CASE(a_counter_at_another_attempt_is_left_alone, Excused) {
  for (const std::uint32_t attempt : {0u, 1u, 4u}) {
    gate_excuses(attempt);
    check_refused(excuse(), Reason::helper_refused);
  }
  put(folder / "esp/ab_tries", format(BootTries{UpdateId{5}, 1}));
  gate_excuses(2);
  check_refused(excuse(), Reason::helper_refused);
  BOOST_TEST((tries() == BootTries{UpdateId{5}, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
