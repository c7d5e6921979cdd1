#include <boost/test/unit_test.hpp>

#include "tests/runtime/boot/helper/appliance.hpp"

namespace drydock::boot {

BOOST_AUTO_TEST_SUITE(helper_return)

// Slot B was committed by this_update, and runs; slot A is as it was.
struct Committed : Appliance {
  static constexpr UpdateId back = return_of(this_update);

  Committed() {
    install(1);
    check_done(arm(grant(GrantKind::reboot, 2)));
    boot_into(Slot::b);
    gate_says(GateKind::passed);
    check_done(ask(CommitTrial{this_boot, this_update}));
    BOOST_REQUIRE((boot_state() == BootState{3, Slot::b, Slot::none, {}}));
  }
  Helper::Reply arm_return(UpdateId update = this_update) { return ask(ArmReturn{update}); }
};

BOOST_FIXTURE_TEST_CASE(the_slot_before_a_commit_may_be_tried_without_a_token, Committed) {
  check_done(arm_return());
  BOOST_TEST((boot_state() == BootState{4, Slot::b, Slot::a, back}));
  check_done(arm_return());  // the answer was lost
  BOOST_TEST((boot_state().seq == 4u));
}

BOOST_FIXTURE_TEST_CASE(the_right_to_return_outlives_the_program, Committed) {
  helper = make_helper();
  check_done(arm_return());
}

BOOST_FIXTURE_TEST_CASE(a_return_is_tried_once, Committed) {
  check_done(arm_return());
  put(folder / "esp/ab_tries", format(BootTries{back, 2}));  // GRUB counted a boot of it
  check_done(ask(DisarmTrial{}));
  check_refused(arm_return(), Reason::helper_refused);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_return_of_another_update_or_of_none_is_refused, Committed) {
  check_refused(arm_return(UpdateId{5}), Reason::helper_refused);
  check_refused(arm_return(UpdateId{}), Reason::helper_refused);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_slot_that_was_handed_out_since_is_nothing_to_return_to, Committed) {
  Grant next = grant(GrantKind::install, 3);
  next.update = {0x79};
  check_done(open_standby(next));
  check_refused(arm_return(), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(nothing_returns_without_a_commit, Appliance) {
  install(1);
  check_refused(ask(ArmReturn{this_update}), Reason::helper_refused);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_commit_that_did_not_come_about_leaves_no_way_back, Appliance) {
  install(1);
  auto ledger = Ledger::open(ledger_folder);
  BOOST_REQUIRE(ledger->store(ReturnRight{Slot::a, this_update}).ok());  // cut behind the ledger
  check_refused(ask(ArmReturn{this_update}), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(a_damaged_right_is_none, Committed) {
  put(ledger_folder + "/return_right", "rot");
  check_refused(arm_return(), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(a_return_that_is_committed_leads_no_further, Committed) {
  check_done(arm_return());
  boot_into(Slot::a);
  check_refused(arm_return(), Reason::unexpected_slot);  // a trial runs
  gate_says(GateKind::passed, this_boot, back);
  check_done(ask(CommitTrial{this_boot, back}));
  BOOST_TEST((boot_state() == BootState{5, Slot::a, Slot::none, {}}));
  check_refused(arm_return(), Reason::helper_refused);
  check_refused(arm_return(back), Reason::helper_refused);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::boot
