#include <boost/test/unit_test.hpp>

#include "runtime/boot/boot_state.hpp"

namespace drydock::boot {
namespace {

const BootState armed_b{7, Slot::a, Slot::b, {0x0123456789abcdef}};
const BootState quiet_a{7, Slot::a, Slot::none, {}};

}  // namespace

BOOST_AUTO_TEST_SUITE(boot_state)

BOOST_AUTO_TEST_CASE(format_is_the_five_lines_grub_sources_filled_to_one_sector) {
  const std::string bytes = format(armed_b);
  BOOST_TEST(bytes.size() == 512u);
  const std::string lines =
      "set ab_seq=\"00000007\"\n"
      "set active_partition=\"A\"\n"
      "set trial_partition=\"B\"\n"
      "set update_id=\"0123456789abcdef\"\n"
      "set ab_check=\"00000007.A.B.0123456789abcdef\"\n";
  BOOST_TEST(bytes.substr(0, lines.size()) == lines);
  BOOST_TEST(bytes[lines.size()] == '#');
  const std::string filler = bytes.substr(lines.size() + 1);
  BOOST_TEST(filler == std::string(filler.size() - 1, ' ') + "\n");
}

BOOST_AUTO_TEST_CASE(nothing_on_trial_is_written_as_a_dash) {
  const std::string bytes = format(quiet_a);
  BOOST_TEST(bytes.find("set trial_partition=\"-\"\n") != std::string::npos);
  BOOST_TEST(bytes.find("set ab_check=\"00000007.A.-.0000000000000000\"\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_state_survives_format_and_parse) {
  for (const Slot good : {Slot::a, Slot::b}) {
    for (const bool trial : {false, true}) {
      const BootState state{trial ? seq_max : 0, good, trial ? other(good) : Slot::none,
                            UpdateId{trial ? ~std::uint64_t{0} : 0}};
      const auto back = parse_boot_state(format(state));
      BOOST_REQUIRE(back.ok());
      BOOST_TEST((*back == state));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_refused_or_changes_nothing) {
  for (const BootState& state : {armed_b, quiet_a}) {
    const std::string bytes = format(state);
    const std::size_t lines_end = bytes.find('#');
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto back = parse_boot_state(flipped);
      if (bit / 8 < lines_end)
        BOOST_TEST(!back.ok(), "bit " << bit << " was not noticed");
      else
        BOOST_TEST((back.ok() && *back == state), "bit " << bit << " of the filler was read");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_torn_short_long_or_empty_copy_is_refused) {
  const std::string old_bytes = format(quiet_a), new_bytes = format(armed_b);
  const std::size_t lines_end = new_bytes.find('#');
  for (std::size_t cut = 1; cut < new_bytes.size(); ++cut) {
    const auto torn = parse_boot_state(new_bytes.substr(0, cut) + old_bytes.substr(cut));
    if (torn) BOOST_TEST((*torn == armed_b || *torn == quiet_a), "cut at " << cut);
    BOOST_TEST(!parse_boot_state(new_bytes.substr(0, cut)).ok());
    // Zeros behind the last quote: GRUB takes the line for ended, so it counts here as well.
    const bool whole = cut > lines_end - 2;
    BOOST_TEST(parse_boot_state(new_bytes.substr(0, cut) + std::string(512 - cut, '\0')).ok() ==
               whole);
  }
  BOOST_TEST(!parse_boot_state("").ok());
  BOOST_TEST(!parse_boot_state(new_bytes + "\n").ok());
  BOOST_TEST(!parse_boot_state(std::string(512, '\0')).ok());
}

BOOST_AUTO_TEST_CASE(a_trial_of_the_good_slot_is_refused) {
  std::string bytes = format(armed_b);
  for (const std::string from : {"trial_partition=\"B", "7.A.B"}) {
    const auto at = bytes.find(from);
    bytes[at + from.size() - 1] = 'A';
  }
  BOOST_TEST(!parse_boot_state(bytes).ok());
}

BOOST_AUTO_TEST_CASE(the_seeds_one_line_file_is_malformed_and_says_so) {
  const auto state = parse_boot_state("set active_partition=\"A\"\n");
  BOOST_REQUIRE(!state.ok());
  BOOST_TEST((state.error().kind == ErrorKind::malformed));
  BOOST_TEST(state.error().text == "not a boot state: 25 bytes instead of 512");
}

BOOST_AUTO_TEST_CASE(the_copy_with_the_higher_sequence_wins) {
  BOOST_TEST((winning_copy({quiet_a, std::nullopt}) == std::size_t{0}));
  BOOST_TEST((winning_copy({std::nullopt, quiet_a}) == std::size_t{1}));
  BOOST_TEST((winning_copy({quiet_a, BootState{8, Slot::a, Slot::none, {}}}) == std::size_t{1}));
  BOOST_TEST((winning_copy({BootState{8, Slot::a, Slot::none, {}}, quiet_a}) == std::size_t{0}));
  BOOST_TEST((winning_copy({quiet_a, armed_b}) == std::size_t{0}));
  BOOST_TEST(!winning_copy({}).has_value());
}

BOOST_AUTO_TEST_CASE(arm_puts_the_other_slot_on_trial) {
  const auto next = arm(quiet_a, Slot::b, {5});
  BOOST_REQUIRE(next.ok());
  BOOST_TEST((*next == BootState{8, Slot::a, Slot::b, {5}}));
}

BOOST_AUTO_TEST_CASE(arm_refuses_the_good_slot_and_update_zero) {
  BOOST_TEST(!arm(quiet_a, Slot::a, {5}).ok());
  BOOST_TEST(!arm(quiet_a, Slot::b, {}).ok());
}

BOOST_AUTO_TEST_CASE(arm_refuses_to_renew_the_attempts_of_an_armed_update) {
  BOOST_TEST(!arm(armed_b, Slot::b, armed_b.update).ok());
  BOOST_TEST(arm(armed_b, Slot::b, {armed_b.update.value + 1}).ok());
}

BOOST_AUTO_TEST_CASE(commit_makes_the_running_trial_good) {
  const auto next = commit(armed_b, Slot::b, armed_b.update);
  BOOST_REQUIRE(next.ok());
  BOOST_TEST((*next == BootState{8, Slot::b, Slot::none, {}}));
}

BOOST_AUTO_TEST_CASE(commit_refuses_another_slot_another_update_and_no_trial) {
  BOOST_TEST(!commit(armed_b, Slot::a, armed_b.update).ok());
  BOOST_TEST(!commit(armed_b, Slot::b, {5}).ok());
  BOOST_TEST(!commit(quiet_a, Slot::b, {}).ok());
}

BOOST_AUTO_TEST_CASE(disarm_keeps_the_good_slot) {
  const auto next = disarm(armed_b);
  BOOST_REQUIRE(next.ok());
  BOOST_TEST((*next == BootState{8, Slot::a, Slot::none, {}}));
}

BOOST_AUTO_TEST_CASE(the_last_sequence_number_is_refused_instead_of_wrapping) {
  const BootState last{seq_max, Slot::a, Slot::b, {9}};
  BOOST_TEST(!disarm(last).ok());
  BOOST_TEST(!commit(last, Slot::b, {9}).ok());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
