// Appliances at the edge of a running coordinator.
#include <boost/test/unit_test.hpp>

#include "messages/codec.hpp"
#include "tests/runtime/centre/coordinator.hpp"

namespace drydock::centre::test {
namespace {

struct Running {
  TemporaryFolder folder;
  Coordinator coordinator{folder / "data"};
  OperatorClient admin{coordinator, installation().operator_of("ada", trust::Role::admin)};

  Running() { BOOST_REQUIRE_MESSAGE(coordinator.ready(), coordinator.said()); }
  TestAppliance appliance(const trust::ApplianceIdentity& who, const std::string& site) {
    BOOST_REQUIRE(admin.register_appliance(who, site).status == 200);
    TestAppliance made(who, site);
    made.connect(coordinator);
    return made;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(check_in)

BOOST_AUTO_TEST_CASE(registered_appliance_gets_a_signed_grant_once_a_rollout_runs) {
  Running centre;
  auto appliance = centre.appliance(acme(1), "north");
  auto before = appliance.check_in();
  BOOST_REQUIRE(before);
  BOOST_TEST(!before->order);
  BOOST_TEST((before->answer.wait.reason == WaitReason::no_rollout));
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  centre.admin.must_roll_out("1.1.0");
  auto after = appliance.check_in();
  BOOST_REQUIRE(after);
  BOOST_REQUIRE(after->order);  // its signature is verified by check_in()
  BOOST_TEST((appliance.grants.back().kind == GrantKind::install));
  BOOST_TEST((appliance.grants.back().version == make_version(1, 1, 0)));
  BOOST_TEST(
      (appliance.grants.back().manifest == installation().release(make_version(1, 1, 0)).hash));
}

BOOST_AUTO_TEST_CASE(rollout_runs_from_grant_to_commit) {
  Running centre;
  auto appliance = centre.appliance(acme(1), "north");
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto rollout = centre.admin.must_roll_out("1.1.0");
  for (int n = 0; n < 10 && !(appliance.committed() && appliance.reports.empty()); ++n)
    BOOST_REQUIRE(appliance.step());
  BOOST_TEST(appliance.committed());
  const Reply shown = centre.admin.get("/v1/rollouts/" + std::to_string(rollout));
  BOOST_TEST(shown.body.at("tally").at("committed") == 1);
  BOOST_TEST(shown.body.at("tally").at("exposed") == 1);
  BOOST_TEST(shown.body.at("in_flight") == 0);
  const Reply seen = centre.admin.get("/v1/appliances/" + hex(std::uint64_t{1}));
  BOOST_TEST(seen.body.at("version") == "1.1.0");
  BOOST_TEST(seen.body.at("stage") == "committed");
  BOOST_TEST(seen.body.at("last_seen_ms").get<std::int64_t>() > 0);
}

BOOST_AUTO_TEST_CASE(what_a_rollout_and_an_appliance_wait_for_is_told_with_its_holder) {
  Running centre;
  auto first = centre.appliance(acme(1), "north");
  auto second = centre.appliance(acme(2), "north");
  BOOST_REQUIRE(first.check_in());
  BOOST_REQUIRE(second.check_in());
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  BOOST_REQUIRE(
      centre.admin.post("/v1/rollouts", {{"version", "1.1.0"}, {"policy", {{"canary", 10}}}})
          .status == 201);
  const std::string rollout = "/v1/rollouts/1";
  BOOST_TEST(centre.admin.get(rollout).body.at("waits_for") == "a person starts it");
  BOOST_REQUIRE(centre.admin.post(rollout + "/start", Json::object()).status == 200);
  const auto waits_for = [&] {
    return centre.admin.get(rollout).body.at("waits_for").get<std::string>();
  };
  BOOST_TEST(waits_for().find("the next check-in of 2") != std::string::npos);
  BOOST_TEST(centre.admin.get(rollout).body.at("late").size() == 2u);
  BOOST_REQUIRE(first.check_in());
  const Reply shown = centre.admin.get(rollout);
  BOOST_TEST(waits_for().find("1 to download and write it, 0000000000000001 longest, since ") ==
             0u);
  BOOST_TEST(waits_for().find("1 held back, the first because 1 of its site") != std::string::npos);
  BOOST_TEST(shown.body.at("waits_ms").get<std::int64_t>() >= 0);
  const Reply why = centre.admin.get("/v1/appliances/0000000000000002/why");
  BOOST_TEST(why.body.at("wait").at("reason") == "site_busy");
  BOOST_REQUIRE(why.body.at("held_by").size() == 1u);
  BOOST_TEST(why.body.at("held_by")[0].at("appliance") == "0000000000000001");
  BOOST_TEST(why.body.at("since_ms").get<std::int64_t>() > 0);
  second.facts.site_claim = {1};  // its SITE_ID is another one now
  BOOST_REQUIRE(second.check_in());
  BOOST_TEST(centre.admin.get("/v1/appliances/0000000000000002/why").body.at("wait").at("reason") ==
             "site_mismatch");
}

BOOST_AUTO_TEST_CASE(appliance_nobody_registered_is_told_so) {
  Running centre;
  TestAppliance stranger(acme(7), "north");
  stranger.connect(centre.coordinator);
  const auto answer = stranger.check_in();
  BOOST_REQUIRE(answer);
  BOOST_TEST((answer->answer.wait.reason == WaitReason::unknown_appliance));
}

BOOST_AUTO_TEST_CASE(check_in_that_speaks_of_another_appliance_is_refused) {
  Running centre;
  auto appliance = centre.appliance(acme(1), "north");
  appliance.facts.appliance = {2};
  BOOST_TEST(!appliance.check_in());
  BOOST_TEST(appliance.status() == 403u);
}

BOOST_AUTO_TEST_CASE(check_in_that_claims_another_client_is_refused) {
  Running centre;
  auto appliance = centre.appliance(acme(1), "north");
  appliance.facts.client = {name_number("globex")};
  BOOST_TEST(!appliance.check_in());
  BOOST_TEST(appliance.status() == 403u);
}

BOOST_AUTO_TEST_CASE(appliance_of_a_foreign_authority_does_not_get_in) {
  Running centre;
  auto credentials = foreign_installation().appliance(acme(1));
  credentials.authority = installation().appliance(acme(1)).authority;
  const auto answer = client(centre.coordinator.edge(), credentials)
                          ->send("POST", "/v1/check-in", "", "application/x-protobuf");
  BOOST_TEST(!answer.ok());
}

BOOST_AUTO_TEST_CASE(appliance_with_an_expired_certificate_does_not_get_in) {
  Running centre;
  constexpr std::int64_t two_days_ago = -2 * 24 * 60 * 60;
  const auto answer =
      client(centre.coordinator.edge(), installation().appliance(acme(1), two_days_ago))
          ->send("POST", "/v1/check-in", "", "application/x-protobuf");
  BOOST_TEST(!answer.ok());
}

BOOST_AUTO_TEST_CASE(operator_certificate_does_not_get_in_at_the_edge) {
  Running centre;
  auto credentials = installation().operator_of("eve", trust::Role::admin);
  credentials.authority = installation().appliance(acme(1)).authority;
  const auto answer = client(centre.coordinator.edge(), credentials)
                          ->send("POST", "/v1/check-in", "", "application/x-protobuf");
  BOOST_TEST(!answer.ok());
}

BOOST_AUTO_TEST_CASE(malformed_check_in_is_answered_400) {
  Running centre;
  const auto edge = client(centre.coordinator.edge(), installation().appliance(acme(1)));
  const auto answer =
      edge->send("POST", "/v1/check-in", "\xFF\xFF not a check-in", "application/x-protobuf");
  BOOST_REQUIRE(answer.ok());
  BOOST_TEST(answer->status == 400u);
  BOOST_TEST(Json::parse(answer->body).contains("error"));
}

BOOST_AUTO_TEST_CASE(edge_knows_no_other_paths_and_methods) {
  Running centre;
  const auto edge = client(centre.coordinator.edge(), installation().appliance(acme(1)));
  for (const auto& [method, path, status] : {std::tuple{"GET", "/v1/check-in", 405u},
                                             {"GET", "/v1/rollouts", 404u},
                                             {"GET", "/v1/releases/xyz/image", 404u},
                                             {"GET", "/../../etc/passwd", 404u}}) {
    const auto answer = edge->send(method, path, "", "text/plain");
    BOOST_REQUIRE(answer.ok());
    BOOST_TEST(answer->status == status, path);
  }
}

BOOST_AUTO_TEST_CASE(appliance_reads_manifest_and_a_part_of_the_image) {
  Running centre;
  const auto release = installation().release(make_version(1, 1, 0));
  centre.admin.must_publish(release);
  const auto edge = client(centre.coordinator.edge(), installation().appliance(acme(1)));
  const std::string base = "/v1/releases/" + hex(release.hash);
  const auto manifest = edge->send("GET", base + "/manifest", "", "");
  BOOST_REQUIRE(manifest.ok());
  BOOST_TEST((manifest->body == release.envelope));
  const auto part = edge->send("GET", base + "/image", "", "",
                               {{"Range", "bytes=65536-65635"},
                                {"If-Range", "\"" + hex(release.manifest.image_sha256) + "\""}});
  BOOST_REQUIRE(part.ok());
  BOOST_TEST(part->status == 206u);
  BOOST_TEST((part->body == release.chunks[1].substr(0, 100)));
}

BOOST_AUTO_TEST_CASE(image_is_not_served_before_all_of_it_is_there) {
  Running centre;
  const auto release = installation().release(make_version(1, 1, 0));
  BOOST_REQUIRE(centre.admin.send("POST", "/v1/releases", release.envelope).status == 201);
  const auto edge = client(centre.coordinator.edge(), installation().appliance(acme(1)));
  const auto answer = edge->send("GET", "/v1/releases/" + hex(release.hash) + "/image", "", "");
  BOOST_REQUIRE(answer.ok());
  BOOST_TEST(answer->status == 409u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
