// Replacing the boot stub: nothing but a signed order of a committed release does, the stub that
// starts is never written, and each step may be cut.
#include "messages/stub.hpp"

#include <fmt/format.h>

#include "tests/runtime/boot/helper/appliance.hpp"

namespace drydock::boot {
namespace {

std::string padded(std::string bytes) {
  bytes.resize(stub_bytes_max);
  return bytes;
}

struct WithStub : Appliance {
  std::string fresh = "MZ a new stub";

  WithStub() {
    config.stub_folder = folder / "release";
    BOOST_REQUIRE(files::make_folders(config.stub_folder).ok());
    for (const Slot place : {Slot::a, Slot::b}) {
      BOOST_REQUIRE(files::make_folders(place_folder(place)).ok());
      put(place_folder(place) + "/stub.efi", padded("MZ the first stub"));
    }
    BOOST_REQUIRE(stubs().store({1, Slot::a, Slot::none, {}}).ok());
    BOOST_REQUIRE(stubs().ensure_tries().ok());
    start_from(Slot::a);
    helper = make_helper();
  }
  std::string place_folder(Slot place) const {
    return config.layout.esp_folder + "/EFI/drydock/" + std::string(name_of(place));
  }
  BootStateStore stubs() const { return BootStateStore(config.layout.esp(), stubs_prefix); }
  BootState stub_state() const {
    const auto state = stubs().load().state;
    BOOST_REQUIRE(state.has_value());
    return *state;
  }
  void start_from(Slot stub, Slot slot = Slot::a) {
    put(config.layout.command_line,
        fmt::format("ab.partition={} ab.stub={}", name_of(slot), name_of(stub)));
  }
  StubOrder order_for(std::uint64_t serial, const std::string& stub) const {
    return {serial, stub.size(), trust::sha256(stub)};
  }
  void bring(const StubOrder& order) { bring(release_key.sign(stub_envelope_type, encode(order))); }
  void bring(const Envelope& order) {
    put(config.stub_folder + "/order", encode(order));
    put(config.stub_folder + "/stub.efi", fresh);
  }
  Helper::Reply settle() { return ask(SettleStub{}); }
  std::string bytes_in(Slot place) const {
    auto bytes = files::read(place_folder(place) + "/stub.efi", 2 * stub_bytes_max);
    BOOST_REQUIRE(bytes.ok());
    return *bytes;
  }
  // GRUB's counter, as it stands after this many tries of the order.
  void tried(std::uint64_t serial, unsigned times) {
    put(config.layout.esp_folder + "/stub_tries",
        format(BootTries{UpdateId{serial}, tries_per_update - times}));
  }
  void check_nothing_changed() {
    BOOST_TEST((stub_state() == BootState{1, Slot::a, Slot::none, {}}));
    BOOST_TEST((bytes_in(Slot::a) == padded("MZ the first stub")));
    BOOST_TEST((bytes_in(Slot::b) == padded("MZ the first stub")));
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(boot_stub)

BOOST_FIXTURE_TEST_CASE(a_release_without_an_order_changes_nothing, WithStub) {
  check_done(settle());
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(an_ordered_stub_goes_on_trial_in_the_place_that_nothing_starts, WithStub) {
  bring(order_for(7, fresh));
  const auto reply = settle();
  check_done(reply);
  BOOST_TEST((stub_state() == BootState{2, Slot::a, Slot::b, UpdateId{7}}));
  BOOST_TEST((bytes_in(Slot::b) == padded(fresh)));
  BOOST_TEST((bytes_in(Slot::a) == padded("MZ the first stub")));
  BOOST_TEST((reply.answer.state.stub == Slot::a && reply.answer.state.trial_stub == Slot::b));
  BOOST_TEST(reply.answer.state.trial_stub_serial == 7u);
}

BOOST_FIXTURE_TEST_CASE(a_stub_that_started_this_system_is_kept, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  tried(7, 3);  // its last try, and it came up
  start_from(Slot::b);
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::none, {}}));
  check_done(settle());  // the order is fulfilled
  BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_stub_that_failed_three_times_is_given_up_for_good, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  tried(7, 2);
  check_done(settle());  // a try is left: its next start is awaited
  BOOST_TEST((stub_state().trial == Slot::b));
  tried(7, 3);
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{3, Slot::a, Slot::none, {}}));
  helper = make_helper();
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{3, Slot::a, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_later_order_goes_back_to_the_other_place, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  start_from(Slot::b);
  check_done(settle());
  fresh = "MZ a third stub";
  bring(order_for(8, fresh));
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{4, Slot::b, Slot::a, UpdateId{8}}));
  BOOST_TEST((bytes_in(Slot::a) == padded(fresh)));
}

BOOST_FIXTURE_TEST_CASE(an_older_order_is_not_followed, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  start_from(Slot::b);
  check_done(settle());
  fresh = "MZ an old stub";
  for (const std::uint64_t serial : {6, 7}) {
    bring(order_for(serial, fresh));
    check_done(settle());
    BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::none, {}}));
  }
}

BOOST_FIXTURE_TEST_CASE(a_stub_that_is_there_already_needs_no_trial, WithStub) {
  fresh = "MZ the first stub";
  bring(order_for(7, fresh));
  check_done(settle());
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(only_the_release_key_orders_and_only_for_a_stub, WithStub) {
  const std::string encoded = encode(order_for(7, fresh));
  for (const Envelope& order : {order_key.sign(stub_envelope_type, encoded),
                                release_key.sign(manifest_envelope_type, encoded),
                                trust::SigningKey::generate().sign(stub_envelope_type, encoded)}) {
    bring(order);
    check_refused(settle(), Reason::helper_refused);
    check_nothing_changed();
  }
}

BOOST_FIXTURE_TEST_CASE(impossible_orders_and_other_bytes_are_refused, WithStub) {
  StubOrder none = order_for(0, fresh), huge = order_for(7, fresh), empty = order_for(7, "");
  huge.size = stub_bytes_max + 1;
  for (const StubOrder& order : {none, huge, empty, order_for(7, "MZ some other stub")}) {
    bring(order);
    check_refused(settle(), Reason::helper_refused);
    check_nothing_changed();
  }
  put(config.stub_folder + "/order", "no envelope");
  check_refused(settle(), Reason::helper_refused);
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(a_release_on_trial_does_not_touch_the_stub, WithStub) {
  bring(order_for(7, fresh));
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  start_from(Slot::a, Slot::b);
  check_done(settle());
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(an_esp_without_a_second_place_is_left_alone, WithStub) {
  bring(order_for(7, fresh));
  put(place_folder(Slot::b) + "/stub.efi", "short");
  check_refused(settle(), Reason::io_error);
  BOOST_TEST((stub_state() == BootState{1, Slot::a, Slot::none, {}}));
  BOOST_TEST((bytes_in(Slot::b) == "short"));
}

BOOST_FIXTURE_TEST_CASE(a_lost_state_is_made_anew_for_the_stub_that_runs, WithStub) {
  for (const char* name : {"/stub_state", "/stub_state2"})
    put(config.layout.esp_folder + name, "torn");
  start_from(Slot::b);
  check_done(settle());
  BOOST_TEST((stub_state().good == Slot::b && stub_state().trial == Slot::none));
}

BOOST_FIXTURE_TEST_CASE(a_system_that_another_loader_started_is_left_alone, WithStub) {
  bring(order_for(7, fresh));
  put(config.layout.command_line, "ab.partition=A");
  check_done(settle());
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(the_stub_that_started_instead_becomes_the_good_one, WithStub) {
  start_from(Slot::b);
  bring(order_for(7, fresh));
  check_done(settle());  // and the broken place is filled anew
  BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::a, UpdateId{7}}));
  BOOST_TEST((bytes_in(Slot::a) == padded(fresh)));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_floor_lets_no_order_through, WithStub) {
  bring(order_for(7, fresh));
  for (const char* name : {"/stub_floor", "/stub_floor2"}) put(ledger_folder + name, "damaged");
  check_refused(settle(), Reason::io_error);
  check_nothing_changed();
}

BOOST_FIXTURE_TEST_CASE(one_copy_of_the_floor_is_enough, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  start_from(Slot::b);
  check_done(settle());
  put(ledger_folder + "/stub_floor", "damaged");
  fresh = "MZ an old stub";
  bring(order_for(6, fresh));
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_stub_keeps_its_tries_while_the_release_it_starts_fails, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  install(1);
  check_done(arm(grant(GrantKind::reboot, 2)));
  for (int start = 0; start < 3; ++start) {
    tried(7, 1);
    start_from(Slot::b, Slot::b);
    check_done(settle());
    BOOST_TEST((stub_state().trial == Slot::b));
    BOOST_TEST(stubs().load_tries()->left == tries_per_update);
  }
  check_done(ask(DisarmTrial{}));
  tried(7, 1);
  start_from(Slot::b);  // the release is given up, and the stub is not
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{3, Slot::b, Slot::none, {}}));
}

BOOST_FIXTURE_TEST_CASE(a_counter_that_is_lost_during_a_trial_is_made_anew, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  put(config.layout.esp_folder + "/stub_tries", "");
  check_done(settle());
  BOOST_TEST((stub_state().trial == Slot::b));
  BOOST_TEST(stubs().load_tries().ok());
}

BOOST_FIXTURE_TEST_CASE(a_later_order_takes_the_place_of_one_on_trial, WithStub) {
  bring(order_for(7, fresh));
  check_done(settle());
  tried(7, 1);
  fresh = "MZ a mended stub";
  bring(order_for(8, fresh));
  check_done(settle());
  BOOST_TEST((stub_state() == BootState{4, Slot::a, Slot::b, UpdateId{8}}));
  BOOST_TEST((bytes_in(Slot::b) == padded(fresh)));
}

BOOST_FIXTURE_TEST_CASE(no_copy_of_the_state_names_a_place_that_is_written, WithStub) {
  // A cut between the two copies of a commit: the older one still has B on trial over A.
  put(config.layout.esp_folder + "/stub_state", format({2, Slot::a, Slot::b, UpdateId{5}}));
  put(config.layout.esp_folder + "/stub_state2", format({3, Slot::b, Slot::none, {}}));
  start_from(Slot::b);
  bring(order_for(7, fresh));
  put(place_folder(Slot::a) + "/stub.efi", "short");  // the write of A fails
  check_refused(settle(), Reason::io_error);
  const auto copies = stubs().load().copies;
  for (const auto& copy : copies) BOOST_TEST((copy == BootState{4, Slot::b, Slot::none, {}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::boot
