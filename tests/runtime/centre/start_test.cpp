// Starting and stopping the coordinator, and what it says when it cannot start.
#include <boost/test/unit_test.hpp>

#include "runtime/journal/journal.hpp"
#include "tests/runtime/centre/coordinator.hpp"

namespace drydock::centre::test {
namespace {

constexpr int cannot_start = 2;

bool says(const Coordinator& coordinator, const std::string& what) {
  return coordinator.said().find(what) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(start)

BOOST_AUTO_TEST_CASE(missing_keys_are_told_with_the_file_and_the_remedy) {
  const TemporaryFolder folder;
  Coordinator coordinator(folder / "data", {.pki = folder / "nowhere"});
  BOOST_TEST(coordinator.end() == cannot_start);
  BOOST_TEST(says(coordinator, folder / "nowhere/order.key"));
  BOOST_TEST(says(coordinator, "drydock pki init"));
}

BOOST_AUTO_TEST_CASE(taken_port_is_told_with_its_flag) {
  const TemporaryFolder folder;
  Coordinator first(folder / "one");
  BOOST_REQUIRE(first.ready());
  const std::string address = "127.0.0.1:" + std::to_string(first.operators());
  Coordinator second(folder / "two", {.operators = address});
  BOOST_TEST(second.end() == cannot_start);
  BOOST_TEST(says(second, "--operator"));
  BOOST_TEST(says(second, address));
}

BOOST_AUTO_TEST_CASE(second_coordinator_on_the_same_data_is_refused) {
  const TemporaryFolder folder;
  Coordinator first(folder / "data");
  BOOST_REQUIRE(first.ready());
  Coordinator second(folder / "data");
  BOOST_TEST(second.end() == cannot_start);
  BOOST_TEST(says(second, "journal"));
  BOOST_TEST(first.stop() == 0);
}

BOOST_AUTO_TEST_CASE(bad_address_is_told_with_its_form) {
  const TemporaryFolder folder;
  Coordinator coordinator(folder / "data", {.edge = "nowhere"});
  BOOST_TEST(coordinator.end() == cannot_start);
  BOOST_TEST(says(coordinator, "--edge nowhere"));
}

BOOST_AUTO_TEST_CASE(told_to_stop_it_ends_well_and_closes_its_journal) {
  const TemporaryFolder folder;
  {
    Coordinator coordinator(folder / "data");
    BOOST_REQUIRE(coordinator.ready());
    BOOST_TEST(coordinator.stop() == 0);
  }
  const auto journal = journal::Journal::open(folder / "data/journal", journal::centre_options());
  BOOST_REQUIRE(journal.ok());
  BOOST_TEST((*journal)->closed_cleanly());
}

BOOST_AUTO_TEST_CASE(full_disk_is_told_and_verdicts_still_land) {
  const TemporaryFolder folder;
  Coordinator coordinator(folder / "data", {.fault = "journal.append=3:enospc"});
  BOOST_REQUIRE_MESSAGE(coordinator.ready(), coordinator.said());
  OperatorClient admin(coordinator, installation().operator_of("ada", trust::Role::admin));
  BOOST_TEST(admin.register_appliance(acme(1), "north").status == 200u);
  const auto release = installation().release(make_version(1, 1, 0));
  const Reply refused = admin.send("POST", "/v1/releases", release.envelope);
  BOOST_TEST(refused.status == 503u);
  BOOST_TEST(refused.body.at("error").get<std::string>().find("full") != std::string::npos);
  TestAppliance appliance(acme(1), "north");
  appliance.connect(coordinator);
  BOOST_TEST(appliance.check_in().has_value());
  http::ClientOptions options;
  options.base_url = "http://127.0.0.1:" + std::to_string(coordinator.http());
  options.plain = http::PlainHttp::allow;
  const auto plain = http::Client::make(std::move(options));
  const auto health = (*plain)->send("GET", "/health", "", "");
  BOOST_REQUIRE(health.ok());
  BOOST_TEST(health->status == 503u);
  BOOST_TEST(Json::parse(health->body).at("disk_full") == true);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
