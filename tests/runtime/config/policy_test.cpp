#include <boost/test/unit_test.hpp>

#include "runtime/config/policy.hpp"
#include "tests/runtime/config/expect.hpp"

using namespace drydock;
using namespace drydock::config;

namespace {
std::string said(const std::string& yaml) {
  return refusal(parse_policy("name: p\n" + yaml, "p.yaml"));
}
bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(config_policy)

BOOST_AUTO_TEST_CASE(a_policy_of_a_name_alone_is_a_careful_one) {
  const auto p = parse_policy("name: careful\n", "p.yaml");
  BOOST_REQUIRE(p);
  BOOST_TEST(p->name == "careful");
  BOOST_TEST(p->canary == 1U);
  BOOST_TEST(p->failure_limit == 1U);
  BOOST_TEST(p->site_at_once == 1U);
  BOOST_TEST(p->growth.factor.value == 1000U);
  BOOST_TEST(p->maintenance.always_open());
  BOOST_TEST(p->select.clients.empty());
}

BOOST_AUTO_TEST_CASE(every_key_arrives_in_its_place) {
  const auto p = parse_policy(R"(
name: fast
canary: 2
growth: {factor: 1.5, max_in_flight: 500}
failure_limit: 3
site_at_once: 4
soak: 5m
install_deadline: 6h
silence_after: 20m
token_expiry: 2m
poll_hint: 30s
maintenance: {windows: [{start: "01:00", end: "02:00"}]}
select: {clients: [acme, globex], sites: [berlin-1], hardware: [hp-t640]}
)",
                              "p.yaml");
  BOOST_REQUIRE_MESSAGE(p, refusal(p));
  BOOST_TEST(p->canary == 2U);
  BOOST_TEST(p->growth.factor.value == 1500U);
  BOOST_TEST(p->growth.max_in_flight == 500U);
  BOOST_TEST(p->failure_limit == 3U);
  BOOST_TEST(p->site_at_once == 4U);
  BOOST_TEST(p->soak.value == minutes(5).value);
  BOOST_TEST(p->install_deadline.value == hours(6).value);
  BOOST_TEST(p->silence_after.value == minutes(20).value);
  BOOST_TEST(p->token_expiry.value == minutes(2).value);
  BOOST_TEST(p->poll_hint.value == seconds(30).value);
  BOOST_TEST(p->maintenance.windows.size() == 1U);
  BOOST_TEST(p->select.clients.size() == 2U);
  BOOST_TEST(p->select.sites.at(0) == "berlin-1");
  BOOST_TEST(p->select.hardware.at(0) == "hp-t640");
}

BOOST_AUTO_TEST_CASE(with_evidence_the_fleet_decides_the_canary_and_no_count_need_halt_it) {
  const auto p = parse_policy("name: watched\nevidence: {}\n", "p.yaml");
  BOOST_REQUIRE_MESSAGE(p, refusal(p));
  BOOST_REQUIRE(p->evidence.has_value());
  BOOST_TEST((p->canary == 0U && p->failure_limit == 0U));
  BOOST_TEST(p->growth.max_in_flight == 10'000'000U);
  BOOST_TEST((p->evidence->tolerated.value == 5U && p->evidence->cap.value == 5U));
  BOOST_TEST(p->evidence->growth_unproven.value == 500U);
  BOOST_TEST(p->evidence->installs_ahead.value == 1000U);
  BOOST_TEST(!p->evidence->part_halts_all);
}

BOOST_AUTO_TEST_CASE(what_stands_beside_evidence_still_counts) {
  const auto p = parse_policy(R"(
name: watched
canary: 3
failure_limit: 7
growth: {factor: 1.5, max_in_flight: 99}
evidence: {tolerated: 1.5%, cap: 2%, growth_unproven: 0.25, installs_ahead: 3, part_halts: all}
download_only: true
lifetime: 7d
)",
                              "p.yaml");
  BOOST_REQUIRE_MESSAGE(p, refusal(p));
  BOOST_TEST((p->canary == 3U && p->failure_limit == 7U && p->growth.max_in_flight == 99U));
  BOOST_TEST((p->evidence->tolerated.value == 15U && p->evidence->cap.value == 20U));
  BOOST_TEST((p->evidence->growth_unproven.value == 250U && p->evidence->part_halts_all));
  BOOST_TEST(p->evidence->installs_ahead.value == 3000U);
  BOOST_TEST((p->download_only && p->lifetime == hours(24 * 7)));
}

BOOST_AUTO_TEST_CASE(a_policy_that_could_never_move_is_refused) {
  BOOST_TEST(says(said("canary: 0"), "p.yaml:2: canary: found \"0\""));
  BOOST_TEST(says(said("site_at_once: 0"), "site_at_once: found \"0\""));
  BOOST_TEST(says(said("growth: {max_in_flight: 0}"), "growth.max_in_flight: found \"0\""));
  BOOST_TEST(says(said("growth: {factor: 0.5}"), "growth.factor: found \"0.5\""));
  BOOST_TEST(says(said("token_expiry: 0s"), "token_expiry: found \"0s\""));
  BOOST_TEST(says(said("canary: 10\ngrowth: {max_in_flight: 5}"), "canary (10) is larger"));
  BOOST_TEST(says(said("select: {clients: []}"), "select.clients: found a list of 0"));
}

BOOST_AUTO_TEST_CASE(a_policy_that_could_never_halt_is_refused) {
  BOOST_TEST(says(said("failure_limit: 0"), "failure_limit: found \"0\""));
  BOOST_TEST(says(said("silence_after: 0s"), "silence_after: found \"0s\""));
}

BOOST_AUTO_TEST_CASE(silence_must_outlast_the_token) {
  BOOST_TEST(says(said("silence_after: 10m\ntoken_expiry: 10m"),
                  "silence_after (10m) must be longer than token_expiry (10m)"));
}

BOOST_AUTO_TEST_CASE(a_policy_without_a_name_is_refused) {
  BOOST_TEST(says(refusal(parse_policy("canary: 1\n", "p.yaml")), "the key \"name\" is missing"));
}

BOOST_AUTO_TEST_CASE(a_policy_that_is_too_large_is_refused) {
  BOOST_TEST(says(said(std::string(300 << 10, '#')), "larger than 256 KiB"));
}

BOOST_AUTO_TEST_SUITE_END()
