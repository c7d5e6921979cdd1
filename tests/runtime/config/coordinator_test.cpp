#include <boost/test/unit_test.hpp>

#include "runtime/config/coordinator.hpp"
#include "tests/runtime/config/expect.hpp"

using namespace drydock;
using namespace drydock::config;

BOOST_AUTO_TEST_SUITE(config_coordinator)

BOOST_AUTO_TEST_CASE(an_empty_file_gives_the_defaults) {
  const auto c = parse_coordinator("", "c.yaml");
  BOOST_REQUIRE(c);
  BOOST_TEST(text_of(c->edge) == "0.0.0.0:443");
  BOOST_TEST(text_of(c->operators) == "127.0.0.1:9443");
  BOOST_TEST(text_of(c->http) == "127.0.0.1:8000");
  BOOST_TEST(c->download_rate.value == 0U);
}

BOOST_AUTO_TEST_CASE(every_key_arrives_in_its_place) {
  const auto c = parse_coordinator(R"(
data: /srv/drydock
pki: /srv/pki
listen: {edge: "0.0.0.0:8443", operator: "[::1]:9443", http: "localhost:0"}
download_rate: 2 MiB
journal: {size_max: 1 GiB, age_max: 30d}
workers: {edge: 4, download: 3}
log_level: warning
)",
                                   "c.yaml");
  BOOST_REQUIRE_MESSAGE(c, refusal(c));
  BOOST_TEST(c->data == "/srv/drydock");
  BOOST_TEST(c->pki == "/srv/pki");
  BOOST_TEST(c->edge.port == 8443);
  BOOST_TEST(c->operators.host == "::1");
  BOOST_TEST(c->http.port == 0);
  BOOST_TEST(c->download_rate.value == 2U << 20);
  BOOST_TEST(c->journal.size.value == 1U << 30);
  BOOST_TEST(c->journal.age.value == hours(24 * 30).value);
  BOOST_TEST(c->edge_workers == 4U);
  BOOST_TEST(c->download_workers == 3U);
  BOOST_TEST((c->log_level == LogLevel::warning));
}

BOOST_AUTO_TEST_CASE(values_that_cannot_be_are_refused) {
  const auto said = [](const char* yaml) { return refusal(parse_coordinator(yaml, "c.yaml")); };
  BOOST_TEST(
      said("listen: {edge: 8443}").find("listen.edge: found \"8443\", accepted: host:port") !=
      std::string::npos);
  BOOST_TEST(said("workers: {edge: 0}") ==
             "c.yaml:1: workers.edge: found \"0\", accepted: a whole number from 1 to 256");
  BOOST_TEST(said("download_rate: 0 B").find("from 1 KiB to 1 TiB") != std::string::npos);
  BOOST_TEST(said("journal: {size_max: 1 MiB}").find("journal.size_max") != std::string::npos);
  BOOST_TEST(said("log_level: loud").find("debug, info, warning, error") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_was_named_must_exist) {
  const Folder folder;
  BOOST_TEST(!load_coordinator(folder.path + "/none.yaml").ok());
  BOOST_TEST(load_coordinator(folder.write("c.yaml", "pki: /p\n")).ok());
}

BOOST_AUTO_TEST_SUITE_END()
