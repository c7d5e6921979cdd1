#include <boost/test/unit_test.hpp>

#include "runtime/boot/boot_tries.hpp"

namespace drydock::boot {
namespace {

constexpr UpdateId id{0xabc};
constexpr UpdateId other_id{0xabd};
const BootState armed{7, Slot::a, Slot::b, id};
const BootState quiet{7, Slot::b, Slot::none, {}};

FirmwareView view_of(const BootState& state, std::optional<BootTries> tries) {
  return {{state, state}, tries, true};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(boot_tries)

BOOST_AUTO_TEST_CASE(the_block_is_a_grub_environment_block_of_one_sector) {
  const std::string bytes = format(BootTries{id, 2});
  BOOST_TEST(bytes.size() == 512u);
  const std::string front =
      "# GRUB Environment Block\ntries_id=0000000000000abc\ntries_left=2\n###";
  BOOST_TEST(bytes.substr(0, front.size()) == front);
  BOOST_TEST(bytes.back() == '#');
}

BOOST_AUTO_TEST_CASE(counters_survive_format_and_parse) {
  for (const BootTries& tries : {BootTries{}, BootTries{id, 0}, BootTries{other_id, 3}}) {
    const auto back = parse_boot_tries(format(tries));
    BOOST_REQUIRE(back.ok());
    BOOST_TEST((*back == tries));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_short_or_unsigned_block_is_refused) {
  BOOST_TEST(!parse_boot_tries("").ok());
  BOOST_TEST(!parse_boot_tries(std::string(512, '\0')).ok());
  BOOST_TEST(!parse_boot_tries(std::string(512, '#')).ok());
  BOOST_TEST(!parse_boot_tries(format(BootTries{id, 1}).substr(0, 511)).ok());
}

BOOST_AUTO_TEST_CASE(a_block_that_grub_can_load_but_not_save_is_refused) {
  const std::string whole = format(BootTries{id, 2});
  for (std::size_t position = whole.find("\n###"); position < whole.size(); ++position) {
    std::string damaged = whole;
    damaged[position] = static_cast<char>(damaged[position] ^ 1);
    BOOST_TEST(!parse_boot_tries(damaged).ok(), "byte " << position);
  }
  BOOST_TEST(parse_boot_tries(whole).ok());
}

BOOST_AUTO_TEST_CASE(a_count_grub_does_not_know_is_no_attempt) {
  std::string bytes = format(BootTries{id, 3});
  bytes[bytes.find("left=3") + 5] = '9';
  const auto tries = parse_boot_tries(bytes);
  BOOST_REQUIRE(tries.ok());
  BOOST_TEST(tries->left == 0u);
  BOOST_TEST(exhausted(*tries, id));
  BOOST_TEST(!exhausted(*tries, other_id));
}

BOOST_AUTO_TEST_CASE(without_a_trial_the_good_slot_boots_and_nothing_is_written) {
  const auto choice = firmware_choice(view_of(quiet, BootTries{id, 0}));
  BOOST_TEST((choice == FirmwareChoice{Slot::b, Fallback::none, std::nullopt, 0}));
}

BOOST_AUTO_TEST_CASE(a_new_trial_gets_three_counted_attempts_and_then_the_good_slot) {
  std::optional<BootTries> tries = BootTries{other_id, 0};  // left over from an older update
  for (const unsigned left : {2u, 1u, 0u}) {
    const auto choice = firmware_choice(view_of(armed, tries));
    BOOST_TEST((choice == FirmwareChoice{Slot::b, Fallback::none, BootTries{id, left}, left}));
    tries = choice.write;
  }
  const auto last = firmware_choice(view_of(armed, tries));
  BOOST_TEST((last == FirmwareChoice{Slot::a, Fallback::exhausted, std::nullopt, 0}));
}

BOOST_AUTO_TEST_CASE(a_trial_that_cannot_be_counted_is_not_booted) {
  const auto unreadable = firmware_choice(view_of(armed, std::nullopt));
  BOOST_TEST((unreadable == FirmwareChoice{Slot::a, Fallback::uncounted, std::nullopt, 0}));
  const auto view = view_of(armed, BootTries{id, 3});
  const auto unwritten = when_write_fails(view, firmware_choice(view));
  BOOST_TEST((unwritten == FirmwareChoice{Slot::a, Fallback::uncounted, std::nullopt, 0}));
}

BOOST_AUTO_TEST_CASE(with_one_copy_lost_the_other_decides) {
  const auto choice = firmware_choice({{std::nullopt, quiet}, BootTries{}, true});
  BOOST_TEST((choice.slot == Slot::b));
}

BOOST_AUTO_TEST_CASE(between_the_two_writes_of_a_store_the_newer_copy_decides) {
  const BootState older{6, Slot::a, Slot::none, {}};
  const auto choice = firmware_choice({{older, armed}, BootTries{}, true});
  BOOST_TEST((choice.slot == Slot::b));
}

BOOST_AUTO_TEST_CASE(with_both_copies_lost_slot_a_boots_or_b_when_a_has_no_kernel) {
  BOOST_TEST((firmware_choice({{}, BootTries{}, true}).slot == Slot::a));
  BOOST_TEST((firmware_choice({{}, std::nullopt, false}).slot == Slot::b));
}

BOOST_AUTO_TEST_CASE(when_a_trial_cannot_be_loaded_the_good_slot_boots_at_once) {
  const auto view = view_of(armed, BootTries{});
  const auto next = when_load_fails(view, firmware_choice(view));
  BOOST_REQUIRE(next.has_value());
  BOOST_TEST((*next == FirmwareChoice{Slot::a, Fallback::unloadable, std::nullopt, 0}));
  BOOST_TEST(!when_load_fails(view, *next).has_value());
}

BOOST_AUTO_TEST_CASE(when_the_good_slot_cannot_be_loaded_the_other_one_boots_but_no_failed_trial) {
  const auto view = view_of(quiet, BootTries{});
  const auto next = when_load_fails(view, firmware_choice(view));
  BOOST_REQUIRE(next.has_value());
  BOOST_TEST((*next == FirmwareChoice{Slot::a, Fallback::unloadable, std::nullopt, 0}));
  const auto failed = view_of(armed, BootTries{id, 0});
  BOOST_TEST(!when_load_fails(failed, firmware_choice(failed)).has_value());
}

BOOST_AUTO_TEST_CASE(kernel_arguments_name_slot_attempts_and_fallback) {
  BOOST_TEST(kernel_arguments(firmware_choice(view_of(armed, BootTries{}))) ==
             "ab.partition=B ab.tries_left=2 ab.fallback=0 ab.trial=1");
  BOOST_TEST(kernel_arguments(firmware_choice(view_of(armed, BootTries{id, 0}))) ==
             "ab.partition=A ab.tries_left=0 ab.fallback=1 ab.trial=0");
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
