#include <boost/test/unit_test.hpp>

#include "runtime/command/human.hpp"
#include "runtime/command/rollout_view.hpp"

namespace drydock::command {
BOOST_AUTO_TEST_SUITE(command_human)

BOOST_AUTO_TEST_CASE(sizes_and_spans_are_short) {
  BOOST_TEST(human_bytes(0) == "0 B");
  BOOST_TEST(human_bytes(1023) == "1023 B");
  BOOST_TEST(human_bytes(4u << 20) == "4.0 MiB");
  BOOST_TEST(human_bytes(UINT64_MAX) == "16384 PiB");
  BOOST_TEST(human_span(milliseconds(-5)) == "0s");
  BOOST_TEST(human_span(seconds(200)) == "3m 20s");
  BOOST_TEST(human_span(minutes(307)) == "5h 07m");
  BOOST_TEST(human_span(hours(291)) == "12d 3h");
  BOOST_TEST(human_time({}) == "-");
}

BOOST_AUTO_TEST_CASE(text_is_wrapped_between_words) {
  BOOST_TEST(wrapped("one two three", 7) == "one two\nthree");
  BOOST_TEST(wrapped("a verylongword b", 5) == "a\nverylongword\nb");
  BOOST_TEST(wrapped("", 5) == "");
}

BOOST_AUTO_TEST_CASE(a_bar_is_full_only_when_all_is_done) {
  BOOST_TEST(bar(0, 0, 4) == "[....]");
  BOOST_TEST(bar(99, 100, 4) == "[###.]");
  BOOST_TEST(bar(100, 100, 4) == "[####]");
  BOOST_TEST(bar(200, 100, 4) == "[####]");
}

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell) {
  BOOST_TEST(table({"A", "B"}, {{"xxx", "y"}, {"z", ""}}) == "A    B\nxxx  y\nz\n");
}

BOOST_AUTO_TEST_CASE(a_pace_is_known_only_after_a_commit) {
  Pace pace;
  pace.saw(Instant{0}, 5);
  BOOST_TEST(pace.committed_per_minute() == 0.0);
  BOOST_TEST(!pace.remaining(10).has_value());
  pace.saw(Instant{60'000}, 7);
  BOOST_TEST(pace.committed_per_minute() == 2.0);
  BOOST_TEST(pace.remaining(10)->value == 300'000);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command
