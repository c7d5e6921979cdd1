// The health gate at boot: what a boot proves.
#include <boost/test/unit_test.hpp>

#include "actors/health_gate/machine.hpp"
#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Boot : testing::Driver<HealthGate> {
  using Phase = HealthGate::Phase;
  static constexpr std::uint8_t verify_tag = 1;
  static constexpr UpdateId update{500};

  // A boot of the trial slot B with this many checks, `tries_left` after it was counted.
  void trial(std::uint8_t tries_left, std::uint8_t checks = 3, std::uint64_t required = 0b011) {
    tell(HealthGate::BootObserved{
        {9}, Slot::b, Slot::a, Slot::b, update, tries_left, checks, required});
  }
  void check(std::uint8_t index, CheckOutcome outcome) {
    tell(HealthGate::CheckFinished{index, outcome});
  }
  void checks(CheckOutcome first, CheckOutcome second, CheckOutcome third) {
    check(0, first);
    check(1, second);
    check(2, third);
  }
  // The trial's first boot goes down, a minute old, but for what `e` says otherwise.
  void stop(HealthGate::StopObserved e) {
    e.boot = {9};
    if (e.active == Slot::none) e.active = Slot::b, e.trial = Slot::b;
    e.update = update;
    e.tries_left = 2;
    if (e.since_boot.value == 0) e.since_boot = minutes(1);
    e.boot_deadline = minutes(10);
    tell(e);
  }
  GateVerdict verdict() const {
    const auto* e = get<HealthGate::RecordVerdict>();
    return e == nullptr ? GateVerdict::unknown : e->verdict;
  }
  Reason reason() const { return get<HealthGate::RecordVerdict>()->reason; }
  int status() const {
    const auto* e = get<HealthGate::Conclude>();
    return e == nullptr ? -1 : e->status;
  }
};
constexpr auto pass = CheckOutcome::pass, fail = CheckOutcome::fail,
               unknown = CheckOutcome::unknown;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(gate_at_boot, Boot)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_phase) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<HealthGate>(entity, 5'000);
  testing::jump<HealthGate>(9, 20'000, 11);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(nothing_on_trial_ends_well_and_writes_nothing) {
  tell(HealthGate::BootObserved{{9}, Slot::a, Slot::a, Slot::none, {}, 0, 3, 7});
  BOOST_TEST((status() == 0 && get<HealthGate::RecordVerdict>() == nullptr));
  BOOST_TEST((get<HealthGate::RunCheck>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_trial_runs_every_check_once) {
  trial(2);
  BOOST_TEST(count<HealthGate::RunCheck>() == 3U);
  BOOST_TEST((timer(verify_tag) == HealthGate::verify_patience));
  trial(2, 255, 0);
  BOOST_TEST(count<HealthGate::RunCheck>() == HealthGate::checks_max);
}

BOOST_AUTO_TEST_CASE(all_required_passed_is_passed) {
  trial(2);
  checks(pass, pass, pass);
  BOOST_TEST((verdict() == GateVerdict::passed && status() == 0));
  BOOST_TEST((get<HealthGate::FallBack>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_required_check_that_fails_fails_the_attempt) {
  trial(2);
  checks(pass, fail, pass);
  BOOST_TEST((verdict() == GateVerdict::failed && status() == 1));
  BOOST_TEST((reason() == Reason::check_failed));
  BOOST_TEST(get<HealthGate::RecordVerdict>()->check == 1U);
}

BOOST_AUTO_TEST_CASE(a_required_check_without_an_answer_fails_the_attempt) {
  trial(2);
  checks(unknown, pass, pass);
  BOOST_TEST((verdict() == GateVerdict::failed && reason() == Reason::check_unknown));
}

BOOST_AUTO_TEST_CASE(a_wanted_check_never_fails_the_attempt) {
  for (CheckOutcome outcome : {fail, unknown}) {
    trial(2);
    checks(pass, pass, outcome);
    BOOST_TEST((verdict() == GateVerdict::passed));
  }
}

BOOST_AUTO_TEST_CASE(the_first_check_that_failed_decides) {
  trial(2);
  checks(unknown, fail, pass);
  BOOST_TEST((reason() == Reason::check_unknown));
  BOOST_TEST(get<HealthGate::RecordVerdict>()->check == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_concluded_before_the_last_check) {
  trial(2);
  check(1, fail);
  check(0, pass);
  BOOST_TEST(status() == -1);
}

BOOST_AUTO_TEST_CASE(a_check_counts_once_and_only_when_asked_for) {
  trial(2);
  check(0, pass);
  check(0, fail);
  check(40, fail);
  check(200, fail);
  check(1, pass);
  check(2, pass);
  BOOST_TEST((verdict() == GateVerdict::passed));
  check(2, fail);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_required_check_that_hangs_is_unknown_when_patience_ends) {
  trial(2);
  check(0, pass);
  check(2, pass);
  fire(verify_tag);
  BOOST_TEST((verdict() == GateVerdict::failed && reason() == Reason::check_unknown));
  BOOST_TEST(get<HealthGate::RecordVerdict>()->check == 1U);
}

BOOST_AUTO_TEST_CASE(a_wanted_check_that_hangs_is_not_waited_for) {
  trial(2);
  check(0, pass);
  check(1, pass);
  fire(verify_tag);
  BOOST_TEST((verdict() == GateVerdict::passed));
}

BOOST_AUTO_TEST_CASE(the_sixty_fourth_check_counts_as_any_other) {
  trial(2, 64, std::uint64_t{1} << 63);
  for (std::uint8_t n = 0; n < 63; ++n) check(n, fail);
  BOOST_TEST(status() == -1);
  check(63, fail);
  BOOST_TEST((verdict() == GateVerdict::failed));
}

BOOST_AUTO_TEST_CASE(the_attempts_are_counted_by_what_grub_has_left) {
  for (std::uint8_t tries_left = 0; tries_left < 3; ++tries_left) {
    trial(tries_left);
    checks(pass, pass, pass);
    BOOST_TEST(get<HealthGate::RecordVerdict>()->attempt == 3 - tries_left);
  }
}

BOOST_AUTO_TEST_CASE(the_last_failed_attempt_falls_back) {
  for (const std::uint8_t tries_left : {std::uint8_t{2}, std::uint8_t{1}}) {
    trial(tries_left);
    checks(fail, pass, pass);
    BOOST_TEST((verdict() == GateVerdict::failed && status() == 1));
    BOOST_TEST((get<HealthGate::FallBack>() == nullptr));
  }
  trial(0);
  checks(fail, pass, pass);
  BOOST_TEST((verdict() == GateVerdict::fell_back && status() == 2));
  BOOST_TEST((get<HealthGate::FallBack>()->update == update));
}

BOOST_AUTO_TEST_CASE(the_verdict_is_recorded_before_anything_follows_from_it) {
  trial(0);
  checks(fail, pass, pass);
  BOOST_TEST((std::holds_alternative<HealthGate::RecordVerdict>(out()[0])));
  BOOST_TEST((std::holds_alternative<HealthGate::FallBack>(out()[1])));
  BOOST_TEST((std::holds_alternative<HealthGate::Conclude>(out()[2])));
}

BOOST_AUTO_TEST_CASE(the_good_slot_sees_that_the_firmware_fell_back) {
  tell(HealthGate::BootObserved{{9}, Slot::a, Slot::a, Slot::b, update, 0, 3, 7});
  BOOST_TEST((verdict() == GateVerdict::fell_back && status() == 0));
  BOOST_TEST((reason() == Reason::boot_never_came_up));
  BOOST_TEST(get<HealthGate::RecordVerdict>()->attempt == 3U);
  BOOST_TEST((get<HealthGate::FallBack>()->update == update));
  BOOST_TEST((get<HealthGate::RunCheck>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_slot_that_cannot_be_told_claims_nothing) {
  tell(HealthGate::BootObserved{{9}, Slot::none, Slot::a, Slot::b, update, 1, 3, 7});
  BOOST_TEST((get<HealthGate::RecordVerdict>()->verdict == GateVerdict::unknown));
  BOOST_TEST((status() == 1 && get<HealthGate::FallBack>() == nullptr));
}

// --- orderly stops ----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_trial_that_a_person_stops_gets_its_try_back) {
  stop({});
  BOOST_TEST((verdict() == GateVerdict::excused));
  BOOST_TEST((get<HealthGate::RecordVerdict>()->attempt == 1U));
  BOOST_REQUIRE(get<HealthGate::GiveBackTry>() != nullptr);
  BOOST_TEST((get<HealthGate::GiveBackTry>()->update == update && status() == 0));
}

BOOST_AUTO_TEST_CASE(a_trial_that_passed_its_gate_and_is_stopped_gets_its_try_back) {
  HealthGate::StopObserved e;
  e.verdict = GateVerdict::passed;
  stop(e);
  BOOST_TEST((get<HealthGate::GiveBackTry>() != nullptr));
}

BOOST_AUTO_TEST_CASE(the_end_of_an_attempt_that_failed_is_no_person_s) {
  HealthGate::StopObserved e;
  for (const GateVerdict verdict : {GateVerdict::failed, GateVerdict::fell_back}) {
    e.verdict = verdict;
    stop(e);
    BOOST_TEST((get<HealthGate::GiveBackTry>() == nullptr && status() == 0));
  }
}

BOOST_AUTO_TEST_CASE(a_stop_at_the_boot_deadline_is_no_person_s) {
  HealthGate::StopObserved e;
  e.since_boot = minutes(10);
  stop(e);
  BOOST_TEST((get<HealthGate::GiveBackTry>() == nullptr));
  e.since_boot = milliseconds(minutes(10).value - 1);
  stop(e);
  BOOST_TEST((get<HealthGate::GiveBackTry>() != nullptr));
}

BOOST_AUTO_TEST_CASE(a_release_that_stops_itself_again_and_again_runs_out_of_excuses) {
  HealthGate::StopObserved e;
  for (int n = 0; n < HealthGate::excuses_max; ++n) {
    stop(e);
    BOOST_TEST((get<HealthGate::GiveBackTry>() != nullptr));
    ++e.excuses;
  }
  stop(e);
  BOOST_TEST((get<HealthGate::GiveBackTry>() == nullptr));
}

BOOST_AUTO_TEST_CASE(a_stop_of_the_good_slot_or_of_no_trial_changes_nothing) {
  HealthGate::StopObserved e;
  e.active = Slot::a;
  e.trial = Slot::b;
  stop(e);
  BOOST_TEST((count<HealthGate::Conclude>() == 1U && get<HealthGate::RecordVerdict>() == nullptr));
  e.trial = Slot::none;
  stop(e);
  BOOST_TEST((get<HealthGate::GiveBackTry>() == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
