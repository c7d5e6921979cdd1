// Operators of a running coordinator: what each may do, and what becomes of what they ask.
#include <boost/test/unit_test.hpp>

#include "actors/registry/machine.hpp"
#include "messages/codec.hpp"
#include "messages/text.hpp"
#include "runtime/clock/host_clock.hpp"
#include "runtime/journal/journal.hpp"
#include "tests/runtime/centre/coordinator.hpp"

namespace drydock::centre::test {
namespace {

using trust::Role;

struct Running {
  TemporaryFolder folder;
  Coordinator coordinator{folder / "data"};
  OperatorClient admin = as("ada", Role::admin);

  Running() { BOOST_REQUIRE_MESSAGE(coordinator.ready(), coordinator.said()); }
  OperatorClient as(const std::string& name, Role role, const std::string& client = "*") {
    return {coordinator, installation().operator_of(name, role, client)};
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(operators)

BOOST_AUTO_TEST_CASE(viewer_reads_everything_and_changes_nothing) {
  Running centre;
  auto viewer = centre.as("vic", Role::viewer);
  for (const char* path : {"/v1/releases", "/v1/appliances", "/v1/rollouts", "/v1/journal"})
    BOOST_TEST(viewer.get(path).status == 200u, path);
  for (const char* path : {"/v1/releases", "/v1/appliances", "/v1/rollouts", "/v1/rollouts/1/start",
                           "/v1/rollouts/1/pause", "/v1/rollouts/1/resume", "/v1/rollouts/1/halt",
                           "/v1/rollouts/1/rollback", "/v1/appliances/0000000000000001/lifecycle"})
    BOOST_TEST(viewer.post(path, Json::object()).status == 403u, path);
  BOOST_TEST(viewer.send("PUT", "/v1/releases/" + std::string(64, '0') + "/chunks/0", "x").status ==
             403u);
}

BOOST_AUTO_TEST_CASE(operator_of_one_client_sees_and_moves_only_that_client) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  BOOST_REQUIRE(centre.admin.register_appliance({"globex", {2}}, "south").status == 200);
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto everybodys = centre.admin.must_roll_out("1.1.0");
  auto theirs = centre.as("olga", Role::operator_, "acme");
  const Reply listed = theirs.get("/v1/appliances");
  BOOST_REQUIRE(listed.body.at("appliances").size() == 1u);
  BOOST_TEST(listed.body.at("appliances")[0].at("client") == "acme");
  BOOST_TEST(theirs.get("/v1/appliances/0000000000000002").status == 404u);
  BOOST_TEST(
      theirs.post("/v1/appliances/0000000000000002/lifecycle", {{"lifecycle", "RETIRED"}}).status ==
      404u);
  BOOST_TEST(theirs.register_appliance({"globex", {3}}, "south").status == 403u);
  BOOST_TEST(
      theirs.post("/v1/rollouts/" + std::to_string(everybodys) + "/halt", Json::object()).status ==
      404u);
  BOOST_TEST(theirs.post("/v1/rollouts", {{"version", "1.1.0"}, {"client", "globex"}}).status ==
             404u);
  const Reply own = theirs.post("/v1/rollouts", {{"version", "1.1.0"}});
  BOOST_REQUIRE(own.status == 201);
  BOOST_TEST(theirs.get("/v1/rollouts").body.at("rollouts")[0].at("client") == "acme");
  BOOST_TEST(theirs.send("POST", "/v1/releases", "").status == 403u);
}

BOOST_AUTO_TEST_CASE(operator_of_a_foreign_authority_does_not_get_in) {
  Running centre;
  auto credentials = foreign_installation().operator_of("eve", Role::admin);
  credentials.authority = installation().operator_of("ada", Role::admin).authority;
  const auto answer =
      client(centre.coordinator.operators(), credentials)->send("GET", "/v1/rollouts", "", "");
  BOOST_TEST(!answer.ok());
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_methods_are_refused) {
  Running centre;
  BOOST_TEST(centre.admin.get("/v1/secrets").status == 404u);
  BOOST_TEST(centre.admin.get("/").status == 404u);
  BOOST_TEST(centre.admin.send("DELETE", "/v1/rollouts", "").status == 405u);
  BOOST_TEST(centre.admin.send("PUT", "/v1/appliances", "{}").status == 405u);
}

BOOST_AUTO_TEST_CASE(appliance_is_shown_by_its_names) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  const Reply shown = centre.admin.get("/v1/appliances/0000000000000001");
  BOOST_REQUIRE(shown.status == 200);
  BOOST_TEST(shown.body.at("client") == "acme");
  BOOST_TEST(shown.body.at("site") == "north");
  BOOST_TEST(shown.body.at("hardware") == "t640");
  BOOST_TEST(shown.body.at("lifecycle") == "ACTIVE");
  BOOST_TEST(shown.body.at("last_seen_ms").is_null());
  BOOST_TEST(shown.body.at("wait").at("reason") == "not_tried_yet");
  const Reply why = centre.admin.get("/v1/appliances/0000000000000001/why");
  BOOST_TEST(!why.body.at("text").get<std::string>().empty());
}

BOOST_AUTO_TEST_CASE(appliance_of_another_client_cannot_be_taken_over) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  BOOST_TEST(centre.admin.register_appliance({"globex", {1}}, "north").status == 409u);
  BOOST_TEST(centre.admin.register_appliance(acme(1), "south").status == 200u);
  BOOST_TEST(centre.admin.get("/v1/appliances/0000000000000001").body.at("site") == "south");
}

BOOST_AUTO_TEST_CASE(listing_of_appliances_goes_page_by_page) {
  Running centre;
  for (std::uint64_t n = 1; n <= 5; ++n)
    BOOST_REQUIRE(centre.admin.register_appliance(acme(n), "north").status == 200);
  const Reply first = centre.admin.get("/v1/appliances?limit=2");
  BOOST_REQUIRE(first.body.at("appliances").size() == 2u);
  const auto next = first.body.at("next").get<int>();
  const Reply rest = centre.admin.get("/v1/appliances?from=" + std::to_string(next));
  BOOST_TEST(rest.body.at("appliances").size() == 3u);
  BOOST_TEST(!rest.body.contains("next"));
  BOOST_TEST(centre.admin.get("/v1/appliances?limit=x").status == 400u);
}

BOOST_AUTO_TEST_CASE(maintenance_keeps_an_appliance_from_its_rollout) {
  Running centre;
  TestAppliance appliance(acme(1), "north");
  appliance.connect(centre.coordinator);
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  const std::string path = "/v1/appliances/0000000000000001/lifecycle";
  BOOST_TEST(centre.admin.post(path, {{"lifecycle", "ASLEEP"}}).status == 400u);
  BOOST_TEST(centre.admin.post(path, {{"lifecycle", "MAINTENANCE"}}).status == 200u);
  const auto answer = appliance.check_in();
  BOOST_REQUIRE(answer);
  BOOST_TEST((answer->answer.wait.reason == WaitReason::not_active));
  BOOST_TEST(centre.admin.get("/v1/appliances/0000000000000001/why").body.at("wait").at("reason") ==
             "not_active");
}

BOOST_AUTO_TEST_CASE(rollout_of_a_release_that_is_not_complete_is_refused) {
  Running centre;
  BOOST_TEST(centre.admin.post("/v1/rollouts", {{"version", "1.1.0"}}).status == 409u);
  const auto release = installation().release(make_version(1, 1, 0));
  BOOST_REQUIRE(centre.admin.send("POST", "/v1/releases", release.envelope).status == 201);
  BOOST_TEST(centre.admin.post("/v1/rollouts", {{"version", "1.1.0"}}).status == 409u);
}

BOOST_AUTO_TEST_CASE(policy_that_makes_no_sense_is_refused_with_its_key) {
  Running centre;
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto refused = [&](const Json& policy) {
    const Reply reply =
        centre.admin.post("/v1/rollouts", {{"version", "1.1.0"}, {"policy", policy}});
    BOOST_TEST(reply.status == 400u, policy.dump());
    return reply.body.at("error").get<std::string>();
  };
  BOOST_TEST(refused({{"canary", 0}}).find("canary") != std::string::npos);
  BOOST_TEST(refused({{"canary", 60}}).find("in_flight_max") != std::string::npos);
  BOOST_TEST(refused({{"silence_after_ms", 1000}}).find("token_expiry_ms") != std::string::npos);
  BOOST_TEST(refused({{"canari", 1}}).find("canari") != std::string::npos);
  BOOST_TEST(refused({{"canary", "1"}}).find("canary") != std::string::npos);
  BOOST_TEST(centre.admin.send("POST", "/v1/rollouts", "[1]").status == 400u);
  BOOST_TEST(centre.admin.send("POST", "/v1/rollouts", "{").status == 400u);
}

BOOST_AUTO_TEST_CASE(rollout_moves_only_as_its_phase_allows) {
  Running centre;
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto path = "/v1/rollouts/" + std::to_string(centre.admin.must_roll_out("1.1.0"));
  BOOST_TEST(centre.admin.post(path + "/start", Json::object()).status == 409u);
  BOOST_TEST(centre.admin.post(path + "/pause", {{"why", "lunch"}}).body.at("phase") == "paused");
  BOOST_TEST(centre.admin.post(path + "/resume", Json::object()).body.at("phase") == "running");
  BOOST_TEST(centre.admin.post(path + "/halt", {{"why", "smoke"}}).body.at("phase") == "halted");
  BOOST_TEST(centre.admin.post(path + "/resume", Json::object()).status == 409u);
  BOOST_TEST(centre.admin.get(path).body.at("moved_by") == "ada");
  BOOST_TEST(centre.admin.get(path).body.at("why") == "a test");
  BOOST_TEST(centre.admin.post("/v1/rollouts/9/start", Json::object()).status == 404u);
  BOOST_TEST(centre.admin.post("/v1/rollouts/x/start", Json::object()).status == 400u);
}

BOOST_AUTO_TEST_CASE(rollout_that_needs_an_approval_starts_when_another_person_gave_it) {
  Running centre;
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  BOOST_REQUIRE(
      centre.admin
          .post("/v1/rollouts", {{"version", "1.1.0"}, {"policy", {{"needs_approval", true}}}})
          .status == 201);
  const std::string path = "/v1/rollouts/1";
  BOOST_TEST(centre.admin.post(path + "/start", Json::object()).status == 409u);
  BOOST_TEST(centre.admin.post(path + "/approve", Json::object()).status == 403u);  // her own
  BOOST_TEST(centre.as("olga", Role::operator_).post(path + "/approve", Json::object()).status ==
             403u);
  BOOST_TEST(centre.admin.get(path).body.at("waits_for") ==
             "the approval of a person other than ada");
  auto approver = centre.as("bob", Role::approver);
  BOOST_TEST(approver.post(path + "/approve", {{"why", "read it"}}).status == 200u);
  BOOST_TEST(centre.admin.get(path).body.at("approved_by") == "bob");
  BOOST_TEST(centre.admin.post(path + "/start", Json::object()).status == 200u);
}

BOOST_AUTO_TEST_CASE(order_of_an_appliance_is_listed_and_taken_back_with_a_name_and_a_reason) {
  Running centre;
  TestAppliance appliance(acme(1), "north");
  appliance.connect(centre.coordinator);
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  const std::string path = "/v1/appliances/0000000000000001/release";
  BOOST_TEST(centre.admin.post(path, {{"why", "off"}}).status == 404u);
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  centre.admin.must_roll_out("1.1.0");
  BOOST_REQUIRE(appliance.check_in());
  const Json holders = centre.admin.get("/v1/tokens").body.at("holders");
  BOOST_REQUIRE(holders.size() == 1u);
  BOOST_TEST(holders[0].at("appliance") == "0000000000000001");
  BOOST_TEST(holders[0].at("site") == "north");
  BOOST_TEST(holders[0].at("stage") == "granted");
  BOOST_TEST(holders[0].at("since_ms").get<std::int64_t>() > 0);
  BOOST_TEST(centre.admin.post(path, Json::object()).status == 400u);  // no reason
  BOOST_TEST(centre.as("vic", Role::viewer).post(path, {{"why", "off"}}).status == 403u);
  BOOST_TEST(centre.as("olga", Role::operator_, "globex").post(path, {{"why", "off"}}).status ==
             404u);
  BOOST_TEST(centre.admin.post(path, {{"why", "it is off"}}).body.at("rollout") == 1);
  BOOST_TEST(centre.admin.get("/v1/tokens").body.at("holders").empty());
  BOOST_TEST(centre.admin.post(path, {{"why", "off"}}).status == 409u);
}

BOOST_AUTO_TEST_CASE(rollout_for_some_sites_names_sites_of_its_client) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  BOOST_REQUIRE(centre.admin.register_appliance(acme(2), "south").status == 200);
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto create = [&](const Json& more) {
    Json body = {{"version", "1.1.0"}};
    body.update(more);
    return centre.admin.post("/v1/rollouts", body);
  };
  BOOST_TEST(create({{"sites", {"north"}}}).status == 400u);
  BOOST_TEST(create({{"client", "acme"}, {"sites", {"west"}}}).status == 404u);
  BOOST_REQUIRE(create({{"client", "acme"}, {"sites", {"north"}}}).status == 201u);
  BOOST_TEST(centre.admin.get("/v1/rollouts/1").body.at("sites") == Json({"north"}));
  auto theirs = centre.as("olga", Role::operator_, "acme");
  BOOST_TEST(theirs.post("/v1/rollouts", {{"version", "1.1.0"}, {"sites", {"south"}}}).status ==
             201u);
}

BOOST_AUTO_TEST_CASE(who_registers_an_appliance_and_changes_its_life_stands_in_the_journal) {
  Running centre;
  auto olga = centre.as("olga", Role::operator_);
  BOOST_REQUIRE(olga.register_appliance(acme(1), "north").status == 200);
  const std::string path = "/v1/appliances/" + hex(acme(1).id.value) + "/lifecycle";
  BOOST_REQUIRE(centre.admin.post(path, {{"lifecycle", "RETIRED"}, {"why", "it burnt"}}).status ==
                200);
  BOOST_REQUIRE(centre.coordinator.stop() == 0);
  const auto journal =
      journal::Journal::open(centre.folder / "data/journal", journal::centre_options());
  BOOST_REQUIRE_MESSAGE(journal.ok(), (journal ? "" : journal.error().text));
  std::vector<std::string> said;
  BOOST_REQUIRE((*journal)
                    ->for_each_record(1, (*journal)->head().seq,
                                      [&](std::uint64_t, const journal::Record& record) {
                                        Registry::Event event;
                                        if (record.machine != Registry::id ||
                                            !decode_from(record.event, event))
                                          return;
                                        said.push_back(to_text(event));
                                      })
                    .ok());
  const auto holds = [&](const char* what, const char* who) {
    return std::any_of(said.begin(), said.end(), [&](const std::string& text) {
      return text.find(what) != text.npos && text.find(who) != text.npos;
    });
  };
  BOOST_TEST(holds("ApplianceProvisioned", "olga"));
  BOOST_TEST(holds("LifecycleOrdered", "ada"));
  BOOST_TEST(holds("LifecycleOrdered", "it burnt"));
}

BOOST_AUTO_TEST_CASE(a_site_is_described_listed_and_selected_by_its_labels) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  BOOST_REQUIRE(centre.admin.register_appliance(acme(2), "south").status == 200);
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto describe = [&](const Json& more) {
    Json body = {{"client", "acme"}, {"site", "north"}, {"why", "agreed"}};
    body.update(more);
    return centre.admin.post("/v1/sites", body);
  };
  const Json by_label = {{"version", "1.1.0"}, {"labels", {"early"}}};
  BOOST_TEST(centre.admin.post("/v1/rollouts", by_label).status == 404u);  // selects nobody
  BOOST_TEST(describe({{"site", "west"}}).status == 404u);
  BOOST_TEST(describe({{"class", "a clinic"}}).status == 400u);
  BOOST_TEST(describe({{"labels", {"early", "early"}}}).status == 400u);
  BOOST_TEST(describe({{"why", ""}}).status == 400u);
  BOOST_REQUIRE(describe({{"class", "clinic"}, {"labels", {"early", "lab"}}}).status == 200u);
  const Json sites = centre.admin.get("/v1/sites").body.at("sites");
  BOOST_REQUIRE(sites.size() == 1u);
  BOOST_TEST(sites[0] == Json({{"client", "acme"},
                               {"site", "north"},
                               {"class", "clinic"},
                               {"labels", {"early", "lab"}}}));
  auto others = centre.as("olga", Role::operator_, "globex");
  BOOST_TEST(others.get("/v1/sites").body.at("sites").empty());
  BOOST_TEST(
      others.post("/v1/sites", {{"client", "acme"}, {"site", "north"}, {"why", "mine"}}).status ==
      404u);
  BOOST_REQUIRE(centre.admin.post("/v1/rollouts", by_label).status == 201u);
  BOOST_TEST(centre.admin.get("/v1/rollouts/1").body.at("labels") == Json({"early"}));
  // Killed and started again, it still knows.
  centre.coordinator.kill();
  const Coordinator again(centre.folder / "data");
  BOOST_REQUIRE_MESSAGE(again.ready(), again.said());
  OperatorClient ada(again, installation().operator_of("ada", Role::admin, "*"));
  BOOST_TEST(ada.get("/v1/sites").body.at("sites") == sites);
  BOOST_TEST(ada.get("/v1/rollouts/1").body.at("labels") == Json({"early"}));
}

BOOST_AUTO_TEST_CASE(rollout_with_windows_reboots_in_them_and_is_refused_when_they_never_open) {
  Running centre;
  TestAppliance appliance(acme(1), "north");
  appliance.connect(centre.coordinator);
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto create = [&](const Json& calendar) {
    return centre.admin.post("/v1/rollouts", {{"version", "1.1.0"}, {"calendar", calendar}});
  };
  const Json never = {{"zone", "UTC"}, {"black_outs", {{{"first", 19700101}, {"last", 99991231}}}}};
  BOOST_TEST(create(never).status == 400u);
  // Every hour of every day: open now, whenever this runs, but only once it is worked out.
  const Json always = {{"zone", "Europe/Berlin"},
                       {"hours", {{{"days", 127}, {"start", 0}, {"end", 1440}}}}};
  BOOST_REQUIRE(create(always).status == 201u);
  BOOST_TEST(centre.admin.get("/v1/rollouts/1").body.at("calendar").at("zone") == "Europe/Berlin");
  BOOST_REQUIRE(centre.admin.post("/v1/rollouts/1/start", Json::object()).status == 200);
  for (int n = 0; n < 10 && !(appliance.committed() && appliance.reports.empty()); ++n)
    BOOST_REQUIRE(appliance.step());
  // Whether a window counts as open rests on the clock of the machine that runs this.
  if (clock::host_clock().sync().synchronised) {
    BOOST_TEST(appliance.committed());
  } else {
    BOOST_TEST(!appliance.committed());
    const std::string why = centre.admin.get("/v1/appliances/0000000000000001/why").body.dump();
    BOOST_TEST(why.find("the centre's clock is not set") != why.npos, why);
  }
}

BOOST_AUTO_TEST_CASE(rollback_halts_the_rollout_and_starts_one_to_the_release_before) {
  Running centre;
  centre.admin.must_publish(installation().release(make_version(1, 0, 0)));
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const auto bad = centre.admin.must_roll_out("1.1.0");
  const std::string path = "/v1/rollouts/" + std::to_string(bad);
  const Reply back = centre.admin.post(path + "/rollback", {{"why", "it is bad"}});
  BOOST_REQUIRE_MESSAGE(back.status == 201, back.body.dump());
  BOOST_TEST(back.body.at("rollout") == bad + 1);
  BOOST_TEST(centre.admin.get(path).body.at("phase") == "halted");
  const Json made = centre.admin.get("/v1/rollouts/" + std::to_string(bad + 1)).body;
  BOOST_TEST(made.at("phase") == "running");
  BOOST_TEST(made.at("version") == "1.0.0");
  BOOST_TEST(made.at("only_from") == "1.1.0");
  BOOST_TEST(made.at("downgrade") == true);
  BOOST_TEST(made.at("policy").at("canary") == 10);
}

BOOST_AUTO_TEST_CASE(rollback_with_nothing_to_go_back_to_changes_nothing) {
  Running centre;
  centre.admin.must_publish(installation().release(make_version(1, 1, 0)));
  const std::string path = "/v1/rollouts/" + std::to_string(centre.admin.must_roll_out("1.1.0"));
  BOOST_TEST(centre.admin.post(path + "/rollback", Json::object()).status == 409u);
  BOOST_TEST(centre.admin.post(path + "/rollback", {{"to", "9.0.0"}}).status == 409u);
  BOOST_TEST(centre.admin.get(path).body.at("phase") == "running");
}

BOOST_AUTO_TEST_CASE(health_and_metrics_are_all_that_plain_http_gives) {
  Running centre;
  BOOST_REQUIRE(centre.admin.register_appliance(acme(1), "north").status == 200);
  http::ClientOptions options;
  options.base_url = "http://127.0.0.1:" + std::to_string(centre.coordinator.http());
  options.plain = http::PlainHttp::allow;
  const auto plain = http::Client::make(std::move(options));
  BOOST_REQUIRE(plain.ok());
  const auto health = (*plain)->send("GET", "/health", "", "");
  BOOST_REQUIRE(health.ok());
  BOOST_TEST(health->status == 200u);
  BOOST_TEST(Json::parse(health->body).at("status") == "ok");
  const auto metrics = (*plain)->send("GET", "/metrics", "", "");
  BOOST_REQUIRE(metrics.ok());
  for (const char* line :
       {"drydock_appliances{lifecycle=\"ACTIVE\"} 1", "drydock_journal_head ",
        "drydock_check_ins_total{result=\"answered\"} 0", "drydock_rollouts{phase=\"running\"} 0",
        "drydock_journal_disk_full 0", "drydock_actor_progress_age_seconds{actor=\"planner\"}"})
    BOOST_TEST(metrics->body.find(line) != std::string::npos, line);
  BOOST_TEST((*plain)->send("GET", "/v1/rollouts", "", "")->status == 404u);
  BOOST_TEST((*plain)->send("POST", "/health", "", "")->status == 405u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
