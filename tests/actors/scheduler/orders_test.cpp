// The scheduler: which orders it follows, when it arms, and when it takes that back.
#include <boost/test/unit_test.hpp>

#include "tests/actors/scheduler/fixture.hpp"

using namespace drydock;
using testing::SchedulerBox;

BOOST_FIXTURE_TEST_SUITE(orders, SchedulerBox)

BOOST_AUTO_TEST_CASE(an_install_order_is_handed_to_the_updater) {
  install();
  BOOST_REQUIRE(get<InstallOrdered>() != nullptr);
  BOOST_TEST((get<InstallOrdered>()->grant.order.value == 10U));
  BOOST_TEST((phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(an_order_told_again_is_passed_on_but_not_begun_again) {
  install();
  install();
  BOOST_TEST(count<InstallOrdered>() == 1U);  // the updater ignores what it works on
  BOOST_TEST((get<InstallCancelled>() == nullptr && get<OrderDenied>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_newer_order_for_another_update_takes_the_place_of_the_old) {
  install();
  Grant newer = grant(GrantKind::install, 20);
  newer.update = {501};
  give(newer);
  BOOST_REQUIRE(get<InstallCancelled>() != nullptr);
  BOOST_TEST((get<InstallCancelled>()->update == update));
  BOOST_TEST((get<InstallOrdered>()->grant.update.value == 501U));
}

BOOST_AUTO_TEST_CASE(an_order_for_another_appliance_is_denied_as_foreign) {
  Grant g = grant(GrantKind::install, 10);
  g.appliance = {78};
  give(g);
  BOOST_TEST((denied() == Reason::foreign && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(an_order_of_an_epoch_below_the_highest_seen_is_denied) {
  ask();
  Answer halted = standing();
  halted.epoch = {5};
  answer(halted);
  give(grant(GrantKind::install, 10));
  BOOST_TEST((denied() == Reason::stale_epoch && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(an_order_that_was_over_once_is_denied_as_replayed) {
  install();
  tell(InstallFailed{outcome()});
  answer(standing());
  for (std::uint64_t order : {10, 9, 0}) {
    give(grant(GrantKind::install, order));
    BOOST_TEST((denied() == Reason::replayed && phase() == Phase::idle), "order " << order);
  }
}

BOOST_AUTO_TEST_CASE(an_order_that_names_no_number_is_denied) {
  give(grant(GrantKind::install, 0));
  BOOST_TEST((denied() == Reason::replayed));
}

BOOST_AUTO_TEST_CASE(an_expired_order_is_denied) {
  Grant g = grant(GrantKind::install, 10);
  ask();
  g.expires = wall;
  answer(with(g));
  BOOST_TEST((denied() == Reason::expired && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(no_order_is_believed_while_the_clock_is_not) {
  trust = WallTrust::unset;
  give(grant(GrantKind::install, 10));
  BOOST_TEST((denied() == Reason::clock_untrusted && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(an_order_to_an_older_version_is_denied_unless_it_says_so) {
  Grant g = grant(GrantKind::install, 10);
  g.version = {old_version.value - 1};
  give(g);
  BOOST_TEST((denied() == Reason::downgrade && phase() == Phase::idle));
  g.order = {11};
  g.downgrade = true;
  give(g);
  BOOST_TEST((denied() == Reason::none && phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(a_token_for_what_has_become_older_is_denied) {
  stage();
  running = {release.value + 1};  // somebody started the other slot by hand, and it is newer
  restart(2);
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::downgrade && get<Scheduler::ArmTrial>() == nullptr));
}

BOOST_AUTO_TEST_CASE(the_version_that_runs_may_be_installed_again) {
  Grant g = grant(GrantKind::install, 10);
  g.version = old_version;
  give(g);
  BOOST_TEST((denied() == Reason::none && phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(an_order_being_followed_outlives_the_trust_in_the_clock) {
  install();
  trust = WallTrust::unset;
  install();
  BOOST_TEST((denied() == Reason::none && phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(a_denial_names_order_rollout_update_and_version) {
  Grant g = grant(GrantKind::install, 10);
  g.appliance = {78};
  give(g);
  BOOST_TEST((*get<OrderDenied>() == OrderDenied{{10}, {3}, update, release, Reason::foreign}));
}

BOOST_AUTO_TEST_CASE(a_token_in_an_open_window_arms_the_trial) {
  take_token();
  BOOST_REQUIRE(get<Scheduler::ArmTrial>() != nullptr);
  BOOST_TEST((get<Scheduler::ArmTrial>()->grant.order.value == 11U));
}

BOOST_AUTO_TEST_CASE(a_staged_box_says_that_it_followed_no_token_until_it_has) {
  const auto tokenless = [&] {
    ask();
    const bool says = get<CheckInDue>()->facts.tokenless;
    answer(standing());
    return says;
  };
  BOOST_TEST(!tokenless());
  install();
  BOOST_TEST(!tokenless());
  tell(Staged{outcome()});
  BOOST_REQUIRE(get<CheckInDue>() != nullptr);  // it says so at once
  BOOST_TEST(get<CheckInDue>()->facts.tokenless);
  answer(standing());
  BOOST_TEST(tokenless());
  give(grant(GrantKind::reboot, 11));
  restart(1);  // stopped while it armed: the trial may be armed
  BOOST_TEST((phase() == Phase::staged && !tokenless()));
}

BOOST_AUTO_TEST_CASE(a_token_before_anything_is_staged_is_denied) {
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::foreign));
  install();
  give(grant(GrantKind::reboot, 12));
  BOOST_TEST((denied() == Reason::foreign && phase() == Phase::installing));
}

BOOST_AUTO_TEST_CASE(a_token_outside_the_window_is_denied) {
  stage();
  tell(Scheduler::WindowResolved{wall + hours(3), wall + hours(4), false});
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::window_closed && phase() == Phase::staged));
  BOOST_TEST((get<Scheduler::ArmTrial>() == nullptr));
}

BOOST_AUTO_TEST_CASE(no_window_known_means_closed) {
  stage();
  tell(Scheduler::WindowResolved{{}, {}, false});
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::window_closed));
}

BOOST_AUTO_TEST_CASE(no_token_is_wanted_or_used_with_an_untrusted_clock) {
  stage();
  trust = WallTrust::unset;
  ask();
  BOOST_TEST(!get<CheckInDue>()->facts.wants_token);
  answer(with(grant(GrantKind::reboot, 11)));
  BOOST_TEST((denied() == Reason::clock_untrusted && phase() == Phase::staged));
}

BOOST_AUTO_TEST_CASE(a_staged_box_asks_when_its_window_opens) {
  stage();
  answer(standing());
  tell(Scheduler::WindowResolved{wall + hours(3), wall + hours(4), false});
  BOOST_TEST((timer(window_tag) == hours(3)));
  fire(window_tag);
  BOOST_REQUIRE(get<CheckInDue>() != nullptr);
  BOOST_TEST(get<CheckInDue>()->facts.wants_token);
}

BOOST_AUTO_TEST_CASE(an_armed_trial_reboots_at_once) {
  arm();
  BOOST_TEST((get<Scheduler::Reboot>() != nullptr));
}

BOOST_AUTO_TEST_CASE(arming_told_twice_changes_nothing) {
  arm();
  tell(TrialArmed{outcome()});
  BOOST_TEST((quiet() && phase() == Phase::armed));
}

BOOST_AUTO_TEST_CASE(a_token_told_again_while_arming_armed_or_on_trial_is_no_offence) {
  take_token();
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::none && phase() == Phase::arming));
  tell(TrialArmed{outcome()});
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::none && phase() == Phase::armed));
  restart(2, Slot::b, Slot::b);
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((denied() == Reason::none && phase() == Phase::trial));
}

BOOST_AUTO_TEST_CASE(a_refused_arming_may_be_tried_again_with_the_same_token) {
  take_token();
  tell(ArmRefused{outcome()});
  BOOST_TEST((phase() == Phase::staged));
  give(grant(GrantKind::reboot, 11));
  BOOST_TEST((get<Scheduler::ArmTrial>() != nullptr));
}

BOOST_AUTO_TEST_CASE(nothing_is_installed_while_a_trial_is_armed_or_runs) {
  arm();
  Grant other = grant(GrantKind::install, 30);
  other.update = {501};
  give(other);
  BOOST_TEST((get<InstallOrdered>() == nullptr && phase() == Phase::armed));
  restart(2, Slot::b, Slot::b);
  give(other);
  BOOST_TEST((get<InstallOrdered>() == nullptr && phase() == Phase::trial));
}

BOOST_AUTO_TEST_CASE(what_the_centre_no_longer_stands_behind_is_withdrawn) {
  install();
  ask();
  answer(nothing_stands());
  BOOST_TEST((get<InstallCancelled>()->update == update));
  BOOST_TEST((denied() == Reason::cancelled && phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(a_withdrawn_update_that_is_staged_or_armed_is_disarmed) {
  stage();
  if (!store().passing.asking) ask();
  answer(nothing_stands());
  BOOST_TEST((get<Scheduler::DisarmTrial>() != nullptr));  // a stop may have left it armed
  SchedulerBox armed_box;
  armed_box.arm();
  armed_box.ask();
  armed_box.answer(armed_box.nothing_stands());
  BOOST_TEST((armed_box.get<Scheduler::DisarmTrial>() != nullptr));
  BOOST_TEST((armed_box.get<TrialWithdrawn>()->update == update));
  BOOST_TEST((armed_box.phase() == Phase::idle));
}

BOOST_AUTO_TEST_CASE(a_trial_armed_after_its_withdrawal_is_disarmed_and_never_booted) {
  take_token();
  ask();
  answer(nothing_stands());
  tell(TrialArmed{outcome()});
  BOOST_TEST((get<Scheduler::DisarmTrial>()->update == update));
  BOOST_TEST((get<Scheduler::Reboot>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_token_that_went_unused_disarms) {
  arm();
  BOOST_TEST((timer(reboot_tag) == Scheduler::reboot_patience));
  fire(reboot_tag);
  BOOST_TEST((get<Scheduler::DisarmTrial>()->update == update));
  BOOST_TEST((get<TrialWithdrawn>()->update == update));
  BOOST_TEST((phase() == Phase::staged));
}

BOOST_AUTO_TEST_CASE(a_running_trial_is_not_withdrawn) {
  arm();
  restart(2, Slot::b, Slot::b);
  ask();
  answer(nothing_stands());
  BOOST_TEST((phase() == Phase::trial && get<Scheduler::DisarmTrial>() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
