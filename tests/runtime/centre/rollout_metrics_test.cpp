// What GET /metrics of a running coordinator says of its rollouts.
#include <charconv>

#include <boost/test/unit_test.hpp>

#include "tests/runtime/centre/coordinator.hpp"

namespace drydock::centre::test {
namespace {

constexpr std::int64_t absent = -1;
const std::string of_first = R"(rollout="1",)", version = R"(version="1.1.0"})";

struct Running {
  TemporaryFolder folder;
  Coordinator coordinator{folder / "data"};
  OperatorClient admin{coordinator, installation().operator_of("ada", trust::Role::admin)};

  Running() { BOOST_REQUIRE_MESSAGE(coordinator.ready(), coordinator.said()); }
  TestAppliance appliance(std::uint64_t number, const std::string& site) {
    BOOST_REQUIRE(admin.register_appliance(acme(number), site).status == 200);
    TestAppliance made(acme(number), site);
    made.connect(coordinator);
    BOOST_REQUIRE(made.check_in());
    return made;
  }
  void roll_out(const Json& policy) {
    admin.must_publish(installation().release(make_version(1, 1, 0)));
    BOOST_REQUIRE(admin.post("/v1/rollouts", {{"version", "1.1.0"}, {"policy", policy}}).status ==
                  201);
    BOOST_REQUIRE(admin.post("/v1/rollouts/1/start", Json::object()).status == 200);
  }
  // The value of one series as it is scraped now.
  std::int64_t metric(const std::string& series) {
    http::ClientOptions options;
    options.base_url = "http://127.0.0.1:" + std::to_string(coordinator.http());
    options.plain = http::PlainHttp::allow;
    const auto client = http::Client::make(std::move(options));
    BOOST_REQUIRE(client.ok());
    const auto answer = (*client)->send("GET", "/metrics", "", "");
    BOOST_REQUIRE(answer.ok());
    const std::string line = "\n" + series + " ";
    const auto at = answer->body.find(line);
    std::int64_t value = absent;
    if (at == std::string::npos) return value;
    const char* const from = answer->body.data() + at + line.size();
    std::from_chars(from, answer->body.data() + answer->body.size(), value);
    return value;
  }
  std::int64_t reached(const std::string& stage) {
    return metric("drydock_rollout_reached{" + of_first + "stage=\"" + stage + "\"," + version);
  }
  std::int64_t waiting(const std::string& reason) {
    return metric("drydock_rollout_waiting{reason=\"" + reason + "\"," + of_first + version);
  }
  std::int64_t phase(const std::string& name) {
    return metric("drydock_rollout_phase{phase=\"" + name + "\"," + of_first + version);
  }
  std::int64_t of_rollout(const std::string& name) {
    return metric("drydock_rollout_" + name + "{" + of_first + version);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rollout_metrics)

BOOST_AUTO_TEST_CASE(before_any_rollout_there_is_none) {
  Running centre;
  BOOST_TEST(centre.phase("running") == absent);
  BOOST_TEST(centre.reached("exposed") == absent);
}

BOOST_AUTO_TEST_CASE(who_is_held_back_is_counted_by_reason_until_it_no_longer_is) {
  Running centre;
  auto first = centre.appliance(1, "north");
  auto second = centre.appliance(2, "north");
  centre.roll_out({{"canary", 10}});  // one at once at a site
  BOOST_TEST(centre.waiting("next_check_in") == 2);
  BOOST_TEST(centre.waiting("site_busy") == absent);
  BOOST_REQUIRE(first.check_in());
  BOOST_TEST(centre.waiting("site_busy") == 1);
  BOOST_TEST(centre.waiting("in_progress") == 1);
  BOOST_TEST(centre.waiting("next_check_in") == 0);
  BOOST_TEST(centre.reached("granted") == 1);
  BOOST_TEST(centre.reached("exposed") == 0);
  BOOST_TEST(centre.of_rollout("in_flight") == 1);
  BOOST_TEST(centre.of_rollout("in_flight_allowed") == 10);
  BOOST_TEST(centre.of_rollout("exposed_now") == absent);  // counts alone decide here
  for (int n = 0; n < 10 && !(first.committed() && first.reports.empty()); ++n)
    BOOST_REQUIRE(first.step());
  BOOST_TEST(centre.waiting("site_busy") == 0);
  BOOST_TEST(centre.waiting("up_to_date") == 1);
  BOOST_TEST(centre.reached("exposed") == 1);
  BOOST_TEST(centre.reached("committed") == 1);
}

BOOST_AUTO_TEST_CASE(a_halt_shows_as_the_phase_and_nobody_waits_any_more) {
  Running centre;
  auto only = centre.appliance(1, "north");
  centre.roll_out({{"canary", 10}});
  BOOST_TEST(centre.phase("running") == 1);
  BOOST_TEST(centre.waiting("next_check_in") == 1);
  BOOST_REQUIRE(centre.admin.post("/v1/rollouts/1/halt", Json::object()).status == 200);
  BOOST_TEST(centre.phase("running") == 0);
  BOOST_TEST(centre.phase("halted") == 1);
  BOOST_TEST(centre.waiting("next_check_in") == 0);
}

BOOST_AUTO_TEST_CASE(evidence_is_told_where_the_policy_asks_for_it) {
  Running centre;
  auto first = centre.appliance(1, "north");
  auto second = centre.appliance(2, "south");
  centre.roll_out({{"tolerated_ppm", 5000},
                   {"cap_ppm", 5000},
                   {"growth_unproven_permille", 500},
                   {"canary", 1}});
  BOOST_TEST(centre.of_rollout("exposed_now") == 0);
  BOOST_TEST(centre.of_rollout("exposed_allowed") == 1);
  BOOST_TEST(centre.of_rollout("exposure_cap") == 2);  // too small a fleet for a cap
  BOOST_TEST(centre.of_rollout("acceptance_needs") > 1000);
  BOOST_TEST(centre.of_rollout("accepted") == 0);
  const auto verdicts = [&](const std::string& result) {
    return centre.metric("drydock_rollout_verdicts{result=\"" + result + "\"," + of_first +
                         version);
  };
  BOOST_TEST(verdicts("good") == 0);
  for (int n = 0; n < 10 && verdicts("good") == 0; ++n) BOOST_REQUIRE(first.step());
  BOOST_TEST(verdicts("good") == 1);
  BOOST_TEST(verdicts("failed") == 0);
  BOOST_TEST(centre.of_rollout("exposed_now") == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
