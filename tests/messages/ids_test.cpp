#include <boost/test/unit_test.hpp>
#include <set>

#include "messages/check_in.hpp"
#include "messages/ids.hpp"

namespace {
using namespace drydock;

bool is_version(std::string_view text) {
  Version version;
  return read_version(text, version);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(ids)

BOOST_AUTO_TEST_CASE(a_version_reads_back_as_it_is_written) {
  for (const char* text : {"0.0.0", "1.4.2", "1048575.1048575.1048575"}) {
    Version version;
    BOOST_REQUIRE(read_version(text, version));
    BOOST_TEST(name_of(version) == text);
  }
}

BOOST_AUTO_TEST_CASE(versions_sort_by_their_parts_and_not_by_their_text) {
  BOOST_TEST((make_version(1, 10, 0) > make_version(1, 9, 9)));
  BOOST_TEST((make_version(2, 0, 0) > make_version(1, 0xFFFFF, 0xFFFFF)));
}

BOOST_AUTO_TEST_CASE(what_is_no_version_is_refused_and_changes_nothing) {
  for (const char* text : {"", "1", "1.2", "1.2.", ".1.2", "1..2", "1.2.3.4", "1.2.3 ", " 1.2.3",
                           "v1.2.3", "1.2.-3", "1048576.0.0", "1.00000000.1", "1.2.3\n"})
    BOOST_TEST(!is_version(text), text);
  Version kept = make_version(3, 2, 1);
  BOOST_TEST(!read_version("nonsense", kept));
  BOOST_TEST((kept == make_version(3, 2, 1)));
}

BOOST_AUTO_TEST_CASE(a_number_reads_back_from_its_16_hex_digits) {
  for (std::uint64_t number : {0ULL, 1ULL, 0x0123456789abcdefULL, ~0ULL}) {
    std::uint64_t read = 1;
    BOOST_REQUIRE(read_hex(hex(number), read));
    BOOST_TEST(read == number);
  }
  BOOST_TEST(hex(std::uint64_t{0xabc}) == "0000000000000abc");
}

BOOST_AUTO_TEST_CASE(a_hash_reads_back_from_its_64_hex_digits) {
  Hash hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(i * 7);
  Hash read{};
  BOOST_REQUIRE(read_hex(hex(hash), read));
  BOOST_TEST((read == hash));
}

BOOST_AUTO_TEST_CASE(hex_of_another_length_or_alphabet_is_refused_and_changes_nothing) {
  std::uint64_t number = 5;
  for (const char* text : {"", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF",
                           "0x23456789abcdef", "0123456789abcdeg"})
    BOOST_TEST(!read_hex(text, number), text);
  BOOST_TEST(number == 5U);
  Hash hash{};
  BOOST_TEST(!read_hex(std::string(63, 'a'), hash));
  BOOST_TEST(!read_hex(std::string(63, 'a') + "G", hash));
  BOOST_TEST((hash == Hash{}));
}

BOOST_AUTO_TEST_CASE(a_name_number_is_never_zero_and_keeps_names_apart) {
  std::set<std::uint64_t> numbers;
  for (int n = 0; n < 10'000; ++n) {
    const auto number = name_number("client-" + std::to_string(n));
    BOOST_REQUIRE(number != 0);
    numbers.insert(number);
  }
  numbers.insert(name_number(""));
  BOOST_TEST(numbers.size() == 10'001U);
}

BOOST_AUTO_TEST_CASE(a_name_number_is_the_same_on_every_machine) {
  static_assert(name_number("acme") != name_number("acme/berlin"));
  BOOST_TEST(hex(name_number("acme")) == "130a76222d4427ef");
}

BOOST_AUTO_TEST_CASE(the_other_slot_of_none_is_none) {
  BOOST_TEST((other(Slot::a) == Slot::b));
  BOOST_TEST((other(Slot::b) == Slot::a));
  BOOST_TEST((other(Slot::none) == Slot::none));
}

BOOST_AUTO_TEST_CASE(every_wait_reason_has_a_sentence_of_its_own) {
  std::set<std::string> sentences;
  for (std::uint8_t n = 0; n <= static_cast<std::uint8_t>(WaitReason::bandwidth); ++n)
    sentences.insert(name_of(Wait{static_cast<WaitReason>(n), 1, 2}));
  BOOST_TEST(sentences.size() == static_cast<std::size_t>(WaitReason::bandwidth) + 1U);
  BOOST_TEST(name_of(Wait{static_cast<WaitReason>(200), 1, 2}) == "an unknown reason");
}

BOOST_AUTO_TEST_CASE(a_wall_time_is_told_as_a_date_of_the_calendar) {
  BOOST_TEST(utc_text({0}) == "1970-01-01 00:00 UTC");
  BOOST_TEST(utc_text({951'827'696'000}) == "2000-02-29 12:34 UTC");
  BOOST_TEST(utc_text({1'772'323'199'000}) == "2026-02-28 23:59 UTC");
  BOOST_TEST(utc_text({1'772'323'200'000}) == "2026-03-01 00:00 UTC");
  BOOST_TEST(utc_text({4'107'542'400'000}) == "2100-03-01 00:00 UTC");
  BOOST_TEST(utc_text({253'402'300'799'000}) == "9999-12-31 23:59 UTC");
  BOOST_TEST(utc_text({-1}) == "a time out of range");
  BOOST_TEST(utc_text({INT64_MAX}) == "a time out of range");
}

BOOST_AUTO_TEST_SUITE_END()
