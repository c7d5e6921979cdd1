#include <boost/test/unit_test.hpp>

#include "runtime/http/pacer.hpp"
#include "runtime/http/range.hpp"

namespace drydock::http {
namespace {
bool is(const Span& s, unsigned status, std::uint64_t first, std::uint64_t length) {
  return s.status == status && s.first == first && s.length == length;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(range)

BOOST_AUTO_TEST_CASE(a_single_range_selects_its_bytes) {
  BOOST_TEST(is(choose_span("bytes=3-", "", "e", 10), 206, 3, 7));
  BOOST_TEST(is(choose_span("bytes=3-5", "", "e", 10), 206, 3, 3));
  BOOST_TEST(is(choose_span("bytes=3-99", "", "e", 10), 206, 3, 7));
  BOOST_TEST(is(choose_span("bytes=0-18446744073709551615", "", "e", 10), 206, 0, 10));
}

BOOST_AUTO_TEST_CASE(a_range_past_the_end_is_416) {
  BOOST_TEST(choose_span("bytes=10-", "", "e", 10).status == 416u);
  BOOST_TEST(choose_span("bytes=0-", "", "e", 0).status == 416u);
}

BOOST_AUTO_TEST_CASE(other_forms_of_range_get_the_whole) {
  for (const char* text : {"", "bytes=", "bytes=-5", "bytes=5-3", "bytes=a-", "bytes=1-2,4-5",
                           "lines=1-2", "bytes=99999999999999999999-"})
    BOOST_TEST(is(choose_span(text, "", "e", 10), 200, 0, 10), text);
}

BOOST_AUTO_TEST_CASE(if_range_counts_only_when_it_is_the_same_strong_etag) {
  BOOST_TEST(is(choose_span("bytes=3-", "\"e\"", "e", 10), 206, 3, 7));
  BOOST_TEST(is(choose_span("bytes=3-", "\"f\"", "e", 10), 200, 0, 10));
  BOOST_TEST(is(choose_span("bytes=3-", "W/\"e\"", "e", 10), 200, 0, 10));
  BOOST_TEST(is(choose_span("bytes=3-", "e", "e", 10), 200, 0, 10));
  BOOST_TEST(is(choose_span("bytes=3-", "\"\"", "", 10), 200, 0, 10));
}

BOOST_AUTO_TEST_CASE(the_pacer_holds_back_exactly_as_long_as_the_rate_says) {
  using namespace std::chrono_literals;
  Pacer pacer(1000);
  const auto t0 = Pacer::Clock::time_point(1h);
  BOOST_TEST((pacer.next() <= t0));
  pacer.sent(100, t0);
  BOOST_TEST((pacer.next() == t0 + 100ms));
  pacer.sent(100, t0);  // two streams sharing one pacer
  BOOST_TEST((pacer.next() == t0 + 200ms));
  pacer.sent(100, t0 + 10s);  // unused time is not saved up
  BOOST_TEST((pacer.next() == t0 + 10s + 100ms));
  BOOST_TEST(pacer.block_max(65536) == 101u);
  BOOST_TEST(Pacer(0).block_max(65536) == 65536u);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http
