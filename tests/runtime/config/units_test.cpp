#include <boost/test/unit_test.hpp>

#include "runtime/config/units.hpp"

using namespace drydock;
using namespace drydock::config;

BOOST_AUTO_TEST_SUITE(config_units)

BOOST_AUTO_TEST_CASE(durations_are_read_in_each_unit) {
  BOOST_TEST(parse_duration("250ms")->value == 250);
  BOOST_TEST(parse_duration("90s")->value == 90'000);
  BOOST_TEST(parse_duration("5m")->value == 300'000);
  BOOST_TEST(parse_duration("24h")->value == hours(24).value);
  BOOST_TEST(parse_duration("7 d")->value == hours(168).value);
  BOOST_TEST(parse_duration("0s")->value == 0);
}

BOOST_AUTO_TEST_CASE(a_duration_without_a_unit_or_with_anything_else_is_refused) {
  for (const char* text : {"", "90", "s", "1.5h", "-5s", "5  s", "5 s ", "5S", "5 min", "0x5s",
                           "+5s", "9223372036854775807s", "99999999999999999999s"})
    BOOST_TEST(!parse_duration(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(sizes_are_read_in_each_unit) {
  BOOST_TEST(parse_bytes("64 MiB")->value == 64U << 20);
  BOOST_TEST(parse_bytes("64KiB")->value == 64U << 10);
  BOOST_TEST(parse_bytes("10 GiB")->value == 10ULL << 30);
  BOOST_TEST(parse_bytes("512 B")->value == 512U);
}

BOOST_AUTO_TEST_CASE(a_size_that_is_ambiguous_or_too_large_is_refused) {
  for (const char* text : {"64", "64M", "64 MB", "64 mib", "1.5 GiB", "9000000 TiB", "-1 B"})
    BOOST_TEST(!parse_bytes(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(shares_and_factors_are_read_without_floating_point) {
  BOOST_TEST(parse_share("90%")->value == 900U);
  BOOST_TEST(parse_share("99.5%")->value == 995U);
  BOOST_TEST(parse_share("100%")->value == 1000U);
  BOOST_TEST(parse_factor("2")->value == 2000U);
  BOOST_TEST(parse_factor("1.25")->value == 1250U);
  for (const char* text : {"90", "101%", "0.55%", "%", ".5%", "5.%", "1e2%"})
    BOOST_TEST(!parse_share(text).has_value(), text);
  for (const char* text : {"", "1.2345", "-2", "1,5", "2x", "9999999"})
    BOOST_TEST(!parse_factor(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(endpoints_are_a_host_and_a_port) {
  BOOST_TEST((parse_endpoint("127.0.0.1:8000") == Endpoint{"127.0.0.1", 8000}));
  BOOST_TEST((parse_endpoint("[::1]:0") == Endpoint{"::1", 0}));
  BOOST_TEST((parse_endpoint("box-1.example.net:65535") == Endpoint{"box-1.example.net", 65535}));
  for (const char* text : {"", ":80", "host", "host:", "host:65536", "host:80x", "::1:80", "[::1]",
                           "a b:80", "host/x:80", "[]:80"})
    BOOST_TEST(!parse_endpoint(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back_as_the_same) {
  for (const std::int64_t ms : {0LL, 1LL, 250LL, 1000LL, 90'000LL, 86'400'000LL, 86'400'001LL})
    BOOST_TEST(parse_duration(text_of(Duration{ms}))->value == ms);
  for (const std::uint64_t n : {0ULL, 1ULL, 1024ULL, 1025ULL, 64ULL << 20, 5ULL << 40})
    BOOST_TEST(parse_bytes(text_of(Bytes{n}))->value == n);
  for (const char* text : {"[::1]:80", "host:80"})
    BOOST_TEST(text_of(*parse_endpoint(text)) == text);
}

BOOST_AUTO_TEST_SUITE_END()
