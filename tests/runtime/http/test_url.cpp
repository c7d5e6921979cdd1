#include <boost/test/unit_test.hpp>

#include "runtime/http/message.hpp"
#include "runtime/http/url.hpp"

namespace drydock::http {
namespace {
std::string refusal(std::string_view text, PlainHttp plain = PlainHttp::refuse) {
  const auto url = parse_url(text, plain);
  return url ? "accepted" : url.error().text;
}
bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }
}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(an_address_is_taken_apart_and_put_together) {
  const auto url = parse_url("https://fleet.example:8443/api/v1/", PlainHttp::refuse);
  BOOST_REQUIRE(url.ok());
  BOOST_TEST(url->host == "fleet.example");
  BOOST_TEST(url->port == 8443);
  BOOST_TEST(url->path == "/api/v1");
  BOOST_TEST(url->text() == "https://fleet.example:8443/api/v1");
  BOOST_TEST(parse_url("https://x", PlainHttp::refuse)->port == 443);
  BOOST_TEST(parse_url("https://[::1]:99", PlainHttp::refuse)->text() == "https://[::1]:99");
}

BOOST_AUTO_TEST_CASE(plain_http_needs_permission) {
  BOOST_TEST(holds(refusal("http://x"), "use https"));
  BOOST_TEST(parse_url("http://x", PlainHttp::allow)->port == 80);
}

BOOST_AUTO_TEST_CASE(a_bad_address_is_refused_with_what_is_wrong) {
  BOOST_TEST(holds(refusal("fleet.example"), "https://"));
  BOOST_TEST(holds(refusal("ftp://fleet.example"), "https://"));
  BOOST_TEST(holds(refusal("https://"), "host"));
  BOOST_TEST(holds(refusal("https://a b"), "blank"));
  BOOST_TEST(holds(refusal("https://a\nb"), "blank"));
  BOOST_TEST(holds(refusal("https://me:pw@host"), "user name"));
  BOOST_TEST(holds(refusal("https://host:0"), "port"));
  BOOST_TEST(holds(refusal("https://host:65536"), "port"));
  BOOST_TEST(holds(refusal("https://host:"), "port"));
  BOOST_TEST(holds(refusal("https://host?x=1"), "'?'"));
  BOOST_TEST(holds(refusal("https://[::1"), "host"));
  BOOST_TEST(holds(refusal("https://" + std::string(3000, 'a')), "2048"));
}

BOOST_AUTO_TEST_CASE(a_listening_address_needs_host_and_port) {
  BOOST_TEST(parse_host_port("127.0.0.1:0")->port == 0);
  BOOST_TEST(parse_host_port("[::1]:443")->host == "::1");
  BOOST_TEST(!parse_host_port("127.0.0.1").ok());
  BOOST_TEST(!parse_host_port(":80").ok());
  BOOST_TEST(!parse_host_port("host:80x").ok());
}

BOOST_AUTO_TEST_CASE(query_values_are_decoded) {
  BOOST_TEST(query_value("a=1&b=x%20y", "b").value() == "x y");
  BOOST_TEST(query_value("a", "a").value().empty());
  BOOST_TEST(!query_value("aa=1", "a").has_value());
  BOOST_TEST(!query_value("a=%zz", "a").has_value());
  BOOST_TEST(!query_value("a=%00", "a").has_value());
  BOOST_TEST(!query_value("a=%4", "a").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http
