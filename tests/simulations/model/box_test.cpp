// The simulated firmware and root-helper: they must refuse what the real ones refuse.
#include <boost/test/unit_test.hpp>

#include <vector>

#include "simulations/model/box.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

constexpr Version old_version = make_version(1, 0, 0), new_version = make_version(1, 1, 0);
constexpr WallTime now{1'767'571'200'000};

struct Installed {  // slot A is good, slot B holds the whole new release
  Box box;
  std::vector<HealthGate::GateLogRead> gate_log;
  Grant token;
  Installed() {
    box.boot_state.slot(Slot::a) = {old_version, 8, 8, false};
    box.boot_state.slot(Slot::b) = {new_version, 8, 8, false};
    token.kind = GrantKind::reboot;
    token.order = {10};
    token.epoch = {1};
    token.update = {77};
    token.version = new_version;
    token.expires = now + minutes(10);
  }
  Reason arm() { return helper_arm(box, token, Slot::a, now, WallTrust::synchronised); }
  void log(GateVerdict verdict, BootId boot) {
    const auto seq = static_cast<std::uint32_t>(gate_log.size() + 1);
    gate_log.push_back({seq, boot, token.update, verdict, 1, {}, {}});
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(without_a_trial_the_good_slot_boots) {
  Installed i;
  BOOST_TEST((choose_boot(i.box.boot_state).slot == Slot::a));
}

BOOST_AUTO_TEST_CASE(a_trial_boots_three_times_and_then_the_good_slot) {
  Installed i;
  BOOST_REQUIRE((i.arm() == Reason::none));
  for (int tries = 2; tries >= 0; --tries) {
    const Boot boot = choose_boot(i.box.boot_state);
    BOOST_TEST((boot.slot == Slot::b));
    BOOST_TEST(int{boot.tries_left} == tries);
  }
  const Boot last = choose_boot(i.box.boot_state);
  BOOST_TEST((last.slot == Slot::a));
  BOOST_TEST(int{last.fallback} == 1);
}

BOOST_AUTO_TEST_CASE(a_trial_that_cannot_be_loaded_leaves_the_good_slot_and_counts) {
  Installed i;
  BOOST_REQUIRE((i.arm() == Reason::none));
  i.box.boot_state.slot(Slot::b).valid = 3;
  BOOST_TEST((choose_boot(i.box.boot_state).slot == Slot::a));
  BOOST_TEST(int{i.box.boot_state.tries_left} == 2);
}

BOOST_AUTO_TEST_CASE(another_update_gets_its_own_tries) {
  Installed i;
  BOOST_REQUIRE((i.arm() == Reason::none));
  for (int n = 0; n < 3; ++n) choose_boot(i.box.boot_state);
  i.token.update = {78};
  i.token.order = {11};
  BOOST_REQUIRE((i.arm() == Reason::none));
  BOOST_TEST((choose_boot(i.box.boot_state).slot == Slot::b));
}

BOOST_AUTO_TEST_CASE(the_same_token_arms_again_only_while_its_trial_is_armed) {
  Installed i;
  BOOST_TEST((i.arm() == Reason::none));
  BOOST_TEST((i.arm() == Reason::none));
  helper_disarm(i.box);
  BOOST_TEST((i.arm() == Reason::replayed));
}

BOOST_AUTO_TEST_CASE(nothing_is_armed_without_a_whole_slot_a_valid_token_and_a_clock) {
  Installed expired, torn, on_trial, no_clock, stale;
  expired.token.expires = now;
  BOOST_TEST((expired.arm() == Reason::expired));
  torn.box.boot_state.slot(Slot::b).valid = 7;
  BOOST_TEST((torn.arm() == Reason::helper_refused));
  BOOST_TEST((helper_arm(on_trial.box, on_trial.token, Slot::b, now, WallTrust::synchronised) ==
              Reason::unexpected_slot));
  BOOST_TEST((helper_arm(no_clock.box, no_clock.token, Slot::a, now, WallTrust::unset) ==
              Reason::clock_untrusted));
  stale.box.epoch = {2};
  BOOST_TEST((stale.arm() == Reason::stale_epoch));
}

BOOST_AUTO_TEST_CASE(a_slot_is_marked_good_only_with_this_boots_passed_verdict) {
  Installed i;
  BOOST_REQUIRE((i.arm() == Reason::none));
  HelperAsk ask;
  ask.boot = {5};
  ask.update = i.token.update;
  BOOST_TEST((helper_commit(i.box, i.gate_log, ask, {5}, Slot::b) == Reason::helper_refused));
  i.log(GateVerdict::passed, {4});
  BOOST_TEST((helper_commit(i.box, i.gate_log, ask, {5}, Slot::b) == Reason::helper_refused));
  i.log(GateVerdict::passed, {5});
  BOOST_TEST((helper_commit(i.box, i.gate_log, ask, {6}, Slot::b) == Reason::helper_refused));
  BOOST_TEST((helper_commit(i.box, i.gate_log, ask, {5}, Slot::b) == Reason::none));
  BOOST_TEST((i.box.boot_state.good == Slot::b));
  BOOST_TEST((helper_commit(i.box, i.gate_log, ask, {5}, Slot::b) == Reason::none));  // asked twice
}
