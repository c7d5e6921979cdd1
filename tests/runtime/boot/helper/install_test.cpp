#include <boost/test/unit_test.hpp>

#include "tests/runtime/boot/helper/appliance.hpp"

namespace drydock::boot {

BOOST_AUTO_TEST_SUITE(helper_install)

BOOST_FIXTURE_TEST_CASE(an_install_from_grant_to_armed_trial, Appliance) {
  install(1);
  BOOST_TEST(slot_bytes(Slot::b).substr(0, image.size()) == image);
  BOOST_TEST((boot_state().trial == Slot::none));  // staged: the boot state is untouched
  const auto reply = arm(grant(GrantKind::reboot, 2));
  check_done(reply);
  BOOST_TEST((boot_state() == BootState{2, Slot::a, Slot::b, this_update}));
  BOOST_TEST((reply.answer.state.trial == Slot::b));
  BOOST_TEST((reply.answer.state.trial_update == this_update));
}

BOOST_FIXTURE_TEST_CASE(open_standby_never_gives_out_the_running_slot, Appliance) {
  const std::string before = slot_bytes(Slot::a);
  auto reply = open_standby(grant(GrantKind::install, 1));
  check_done(reply);
  BOOST_REQUIRE(files::write_at(reply.descriptor.get(), "x", 0, "slot").ok());
  BOOST_TEST(slot_bytes(Slot::a) == before);
  BOOST_TEST(slot_bytes(Slot::b).front() == 'x');
}

BOOST_FIXTURE_TEST_CASE(open_standby_is_refused_while_a_trial_runs_unproven, Appliance) {
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  boot_into(Slot::b);  // the good slot A is now the standby one, and must not be overwritten
  check_refused(open_standby(grant(GrantKind::install, 3)), Reason::unexpected_slot);
  check_refused(ask(VerifyStandby{}, &signed_manifest), Reason::unexpected_slot);
  check_refused(arm(grant(GrantKind::reboot, 4)), Reason::unexpected_slot);
}

BOOST_FIXTURE_TEST_CASE(open_standby_is_refused_when_the_running_slot_cannot_be_told, Appliance) {
  put(config.layout.command_line, "quiet");
  put(folder / "esp/ab_state", "torn");
  put(folder / "esp/ab_state2", "torn");
  check_refused(open_standby(grant(GrantKind::install, 1)), Reason::unexpected_slot);
}

BOOST_FIXTURE_TEST_CASE(open_standby_disarms_a_trial_of_the_slot_first, Appliance) {
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  const auto reply = open_standby(grant(GrantKind::install, 3));
  check_done(reply);
  BOOST_TEST((boot_state() == BootState{3, Slot::a, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(open_standby_rebuilds_a_lost_boot_state_before_the_slot_is_touched,
                        Appliance) {
  boot_into(Slot::b);  // GRUB would boot A without a state: exactly the slot to be overwritten
  put(folder / "esp/ab_state", "");
  put(folder / "esp/ab_state2", "");
  check_done(open_standby(grant(GrantKind::install, 1)));
  BOOST_TEST((boot_state() == BootState{1, Slot::b, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_manifest_without_the_release_keys_signature_is_refused, Appliance) {
  Envelope unsigned_manifest = signed_manifest;
  unsigned_manifest.signature.clear();
  Envelope order_signed = order_key.sign(manifest_envelope_type, signed_manifest.payload);
  Envelope foreign =
      trust::SigningKey::generate().sign(manifest_envelope_type, signed_manifest.payload);
  Envelope changed = signed_manifest;
  changed.payload.back() = static_cast<char>(changed.payload.back() ^ 1);
  for (const Envelope& bad : {unsigned_manifest, order_signed, foreign, changed}) {
    const auto reply = ask(OpenStandby{sign(grant(GrantKind::install, 1))}, &bad);
    check_refused(reply, Reason::manifest_refused);
    check_refused(ask(VerifyStandby{}, &bad), Reason::manifest_refused);
  }
  check_refused(ask(OpenStandby{sign(grant(GrantKind::install, 1))}), Reason::manifest_refused);
}

BOOST_FIXTURE_TEST_CASE(a_manifest_that_the_grant_does_not_name_is_refused, Appliance) {
  Grant other_hash = grant(GrantKind::install, 1);
  other_hash.manifest[0] ^= 1;
  check_refused(open_standby(other_hash), Reason::manifest_refused);
  Grant other_version = grant(GrantKind::install, 1);
  other_version.version = make_version(9, 9, 9);
  check_refused(open_standby(other_version), Reason::manifest_refused);
}

BOOST_FIXTURE_TEST_CASE(a_grant_that_is_unsigned_foreign_expired_or_of_another_kind_is_refused,
                        Appliance) {
  const Grant good = grant(GrantKind::install, 1);
  Envelope unsigned_grant = sign(good);
  unsigned_grant.signature.assign(64, '\0');
  check_refused(ask(OpenStandby{unsigned_grant}, &signed_manifest), Reason::helper_refused);
  const Envelope release_signed = release_key.sign(grant_envelope_type, encode(good));
  check_refused(ask(OpenStandby{release_signed}, &signed_manifest), Reason::helper_refused);

  Grant foreign = good;
  foreign.appliance = {0xbad};
  check_refused(open_standby(foreign), Reason::foreign);
  Grant reboot = good;
  reboot.kind = GrantKind::reboot;
  check_refused(open_standby(reboot), Reason::helper_refused);
  now = good.expires;
  check_refused(open_standby(good), Reason::expired);
  now = good.issued;
  check_done(open_standby(good));
}

BOOST_FIXTURE_TEST_CASE(a_clock_far_behind_the_order_is_not_trusted_with_its_expiry, Appliance) {
  const Grant good = grant(GrantKind::install, 1);
  now = {0};  // the clock's battery is empty
  check_refused(open_standby(good), Reason::clock_untrusted);
}

BOOST_FIXTURE_TEST_CASE(an_image_larger_than_the_slot_is_refused_before_anything_is_written,
                        Appliance) {
  manifest = make_manifest(std::string(2 * mebibyte + 1, 'x'));
  signed_manifest = sign_manifest(manifest);
  const std::string before = slot_bytes(Slot::b);
  check_refused(open_standby(grant(GrantKind::install, 1)), Reason::image_too_large);
  check_refused(ask(VerifyStandby{}, &signed_manifest), Reason::image_too_large);
  BOOST_TEST(slot_bytes(Slot::b) == before);
  BOOST_TEST((boot_state().seq == 1u));
}

BOOST_FIXTURE_TEST_CASE(an_install_order_may_come_again_but_not_an_older_one, Appliance) {
  check_done(open_standby(grant(GrantKind::install, 5)));
  helper = make_helper();  // the floor outlives the program
  check_done(open_standby(grant(GrantKind::install, 5)));
  check_refused(open_standby(grant(GrantKind::install, 4)), Reason::replayed);
  install(6);
  check_done(arm(grant(GrantKind::reboot, 7)));
  check_refused(open_standby(grant(GrantKind::install, 6)), Reason::replayed);
}

BOOST_FIXTURE_TEST_CASE(an_order_of_an_epoch_before_a_halt_is_refused, Appliance) {
  Grant newer = grant(GrantKind::install, 5);
  newer.epoch = {3};
  check_done(open_standby(newer));
  check_refused(open_standby(grant(GrantKind::install, 6)), Reason::stale_epoch);
}

BOOST_FIXTURE_TEST_CASE(verify_finds_a_byte_that_differs_and_takes_back_what_was_proved,
                        Appliance) {
  install(1);
  auto slot = files::open(config.layout.slot_b, O_WRONLY);
  BOOST_REQUIRE(files::write_at(slot->get(), "?", mebibyte / 2, "slot").ok());
  check_refused(ask(VerifyStandby{}, &signed_manifest), Reason::read_back_mismatch);
  check_refused(arm(grant(GrantKind::reboot, 2)), Reason::helper_refused);
}

BOOST_FIXTURE_TEST_CASE(a_read_back_that_fails_disarms_the_trial, Appliance) {
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  auto slot = files::open(config.layout.slot_b, O_WRONLY);
  BOOST_REQUIRE(files::write_at(slot->get(), "?", 7, "slot").ok());
  check_refused(ask(VerifyStandby{}, &signed_manifest), Reason::read_back_mismatch);
  BOOST_TEST((boot_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(no_copy_of_the_state_names_a_slot_that_is_opened, Appliance) {
  // A cut between the two copies of a commit: the older one still has B on trial.
  put(config.layout.esp_folder + "/ab_state", format({2, Slot::b, Slot::a, UpdateId{5}}));
  put(config.layout.esp_folder + "/ab_state2", format({3, Slot::a, Slot::none, {}}));
  BOOST_REQUIRE(open_standby(grant(GrantKind::install, 1)).descriptor);
  for (const auto& copy : BootStateStore(config.layout.esp_folder).load().copies)
    BOOST_TEST((copy == BootState{4, Slot::a, Slot::none, {}}));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
