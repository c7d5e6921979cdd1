// What the codec refuses, skips and survives.
#include <boost/test/unit_test.hpp>

#include "messages/centre.hpp"
#include "messages/codec.hpp"
#include "messages/generator.hpp"
#include "messages/manifest.hpp"
#include "messages/text.hpp"
#include "tests/support/seed.hpp"

namespace {

using namespace drydock;

// A field by hand: key, then what `put` appends.
std::string varint_field(std::uint32_t number, std::uint64_t value) {
  std::string out;
  wire::put_key(out, number, wire::Type::varint);
  wire::put_varint(out, value);
  return out;
}
std::string bytes_field(std::uint32_t number, std::string_view bytes) {
  std::string out;
  wire::put_bytes(out, number, bytes);
  return out;
}
template <class T>
bool reads(const std::string& bytes) {
  T x{};
  return decode_from(bytes, x);
}
template <class T>
T generated(std::uint64_t turn) {
  Dice dice(testing::seed(), 2, turn);
  T x{};
  generate(dice, x);
  return x;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(a_message_cut_inside_a_field_is_refused) {
  Report report;
  report.seq = {300};
  report.detail = "process";
  const std::string bytes = encode(report);
  const std::size_t ends[] = {0, 3, bytes.size()};  // between fields a message may end
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const bool whole = std::find(std::begin(ends), std::end(ends), size) != std::end(ends);
    BOOST_TEST(reads<Report>(bytes.substr(0, size)) == whole, "cut at " << size);
  }
}

BOOST_AUTO_TEST_CASE(a_number_of_more_than_64_bits_is_refused) {
  const std::string key = varint_field(6, 1).substr(0, 1);
  BOOST_TEST(reads<Report>(key + std::string(9, '\xff') + '\x01'));
  BOOST_TEST(!reads<Report>(key + std::string(9, '\xff') + '\x02'));
  BOOST_TEST(!reads<Report>(key + std::string(10, '\x80') + '\x01'));
}

BOOST_AUTO_TEST_CASE(a_number_too_large_for_its_field_is_refused) {
  BOOST_TEST(reads<Report>(varint_field(4, 0xFF)));
  BOOST_TEST(!reads<Report>(varint_field(4, 0x100)));
  BOOST_TEST(reads<Report>(varint_field(1, 0xFFFFFFFF)));
  BOOST_TEST(!reads<Report>(varint_field(1, 0x100000000)));
  BOOST_TEST(!reads<Facts>(varint_field(9, 2)));
}

BOOST_AUTO_TEST_CASE(a_field_of_the_wrong_wire_type_is_refused) {
  BOOST_TEST(!reads<Report>(bytes_field(1, "x")));
  BOOST_TEST(!reads<Report>(varint_field(10, 1)));
  BOOST_TEST(!reads<CheckIn>(varint_field(1, 1)));
  BOOST_TEST(!reads<Grant>(varint_field(8, 1)));
  BOOST_TEST(!reads<Report>(std::string("\x09", 1) + std::string(8, '\0')));  // fixed64 for seq
}

BOOST_AUTO_TEST_CASE(field_number_zero_and_unknown_wire_types_are_refused) {
  BOOST_TEST(!reads<Report>(std::string("\x00\x01", 2)));
  for (char type : {'\x03', '\x04', '\x06', '\x07'})
    BOOST_TEST(!reads<Report>(std::string(1, static_cast<char>(0x78 | type)) + '\x01'));
}

BOOST_AUTO_TEST_CASE(a_text_longer_than_its_bound_is_refused) {
  BOOST_TEST(reads<Report>(bytes_field(10, std::string(40, 'x'))));
  BOOST_TEST(!reads<Report>(bytes_field(10, std::string(41, 'x'))));
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_its_bound_is_refused) {
  const std::string report = bytes_field(3, encode(Report{}));
  std::string bytes;
  for (std::size_t n = 0; n < reports_per_check_in_max; ++n) bytes += report;
  BOOST_TEST(reads<CheckIn>(bytes));
  BOOST_TEST(!reads<CheckIn>(bytes + report));
}

BOOST_AUTO_TEST_CASE(a_hash_of_another_size_is_refused) {
  BOOST_TEST(reads<Grant>(bytes_field(8, std::string(32, 'h'))));
  BOOST_TEST(!reads<Grant>(bytes_field(8, std::string(31, 'h'))));
  BOOST_TEST(!reads<Grant>(bytes_field(8, std::string(33, 'h'))));
  BOOST_TEST(!reads<Manifest>(bytes_field(7, "")));
}

BOOST_AUTO_TEST_CASE(a_malformed_message_inside_another_is_refused) {
  BOOST_TEST(!reads<CheckIn>(bytes_field(1, "\x08")));
  BOOST_TEST(!reads<SignedAnswer>(bytes_field(2, "\x08")));
  BOOST_TEST(!reads<Decision>(bytes_field(10, "\x08")));
}

BOOST_AUTO_TEST_CASE(unknown_fields_of_a_newer_writer_are_skipped) {
  const auto report = generated<Report>(1);
  const std::string unknown = varint_field(90, 7) + bytes_field(91, "newer") +
                              std::string("\xe1\x05") + std::string(8, 'x') +  // 92, fixed64
                              std::string("\xed\x05") + std::string(4, 'x');   // 93, fixed32
  Report read;
  BOOST_REQUIRE(decode_from(unknown + encode(report) + unknown, read));
  BOOST_TEST((read == report), to_text(read));
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_zero_and_not_what_the_struct_begins_with) {
  Policy policy;
  policy.failure_limit = 0;
  Policy read;
  BOOST_REQUIRE(decode_from(encode(policy), read));
  BOOST_TEST(read.failure_limit == 0U);
  BOOST_REQUIRE(decode_from("", read));
  BOOST_TEST(read.canary == 0U);
  RolloutSpec spec;  // a writer that leaves out an empty message
  BOOST_REQUIRE(decode_from("", spec));
  BOOST_TEST(spec.policy.in_flight_max == 0U);
}

BOOST_AUTO_TEST_CASE(reading_forgets_what_the_struct_held_before) {
  auto read = generated<Decision>(1);
  const auto other = generated<Decision>(2);
  BOOST_REQUIRE(decode_from(encode(other), read));
  BOOST_TEST((read == other), to_text(read));
}

BOOST_AUTO_TEST_CASE(a_lone_variant_is_exactly_one_known_alternative) {
  using Either = std::variant<RolloutCreated, RolloutMoved>;
  const Either moved = RolloutMoved{{3}, RolloutMove::halt};
  Either read;
  BOOST_REQUIRE(decode_from(encode(moved), read));
  BOOST_TEST((read == moved));
  BOOST_TEST(!decode_from("", read));
  BOOST_TEST(!decode_from(encode(moved) + encode(moved), read));
  BOOST_TEST(!decode_from(bytes_field(3, ""), read));
  BOOST_TEST(!decode_from(varint_field(2, 1), read));
}

// 1 when the bytes parse; then what was read is written and read again as itself.
template <class T>
int settles(const std::string& bytes) {
  T first, again;
  if (!decode_from(bytes, first)) return 0;
  BOOST_TEST((decode_from(encode(first), again) && again == first));
  return 1;
}

BOOST_AUTO_TEST_CASE(random_bytes_are_refused_or_read_as_something_that_settles) {
  Dice dice(testing::seed(), 3, 0);
  int parsed = 0;
  for (int n = 0; n < 20'000; ++n) {
    std::string bytes;
    for (std::uint64_t size = dice.below(64); size > 0; --size)
      bytes.push_back(static_cast<char>(dice.next()));
    parsed += settles<CheckIn>(bytes) + settles<SignedAnswer>(bytes) + settles<Decision>(bytes) +
              settles<Manifest>(bytes);
    std::variant<CheckIn, Decision, SignedAnswer> lone;
    (void)decode_from(bytes, lone);
  }
  BOOST_TEST(parsed > 0);
}

BOOST_AUTO_TEST_CASE(damaged_messages_are_refused_or_written_back_as_they_were_understood) {
  Dice dice(testing::seed(), 4, 0);
  for (std::uint64_t n = 0; n < 5'000; ++n) {
    std::string bytes = encode(generated<Decision>(n));
    for (std::uint64_t flips = 1 + dice.below(3); flips > 0; --flips)
      bytes[dice.below(bytes.size())] = static_cast<char>(dice.next());
    Decision read, again;
    if (!decode_from(bytes, read)) continue;
    BOOST_REQUIRE(decode_from(encode(read), again));
    BOOST_REQUIRE_MESSAGE(again == read, to_text(read));
  }
}

BOOST_AUTO_TEST_SUITE_END()
