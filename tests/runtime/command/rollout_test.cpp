#include <boost/test/unit_test.hpp>

#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

constexpr const char* running = R"({"rollout":1,"version":"1.1.0","phase":"running","targets":4,
  "in_flight":1,"allowed":2,"proposed":0,"tally":{"granted":2,"staged":1,"exposed":1,"committed":1,
  "install_failed":0,"install_cut":0,"rolled_back":0,"silent":0,"failed_late":0,"lapsed":0},
  "created_ms":1700000000000,"moved_ms":1700000001000,"by":"admin","why":"try it","moved_by":"eve",
  "failures":0,"failure_limit":2,"policy":{},"epoch":1})";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_rollout)

BOOST_AUTO_TEST_CASE(a_policy_file_is_sent_as_the_planner_takes_it) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":7})");
  const auto policy = desk.folder.put("policy.yaml",
                                      "name: careful\n"
                                      "canary: 2\n"
                                      "growth: {factor: 1.5, max_in_flight: 9}\n"
                                      "failure_limit: 3\n"
                                      "silence_after: 20m\n"
                                      "token_expiry: 90s\n"
                                      "select: {clients: [acme]}\n");
  const auto said = desk.ask(
      centre, {"rollout", "create", "--version", "1.1.0", "--policy", policy, "--why", "a test"});
  BOOST_TEST_REQUIRE(said.exit == 0);
  BOOST_TEST(holds(said.out, "drydock rollout start 7"));
  const Json body = *parse_object(centre.asked().at(0).body);
  BOOST_TEST(body["version"] == "1.1.0");
  BOOST_TEST(body["client"] == "acme");
  BOOST_TEST(body["why"] == "a test");
  BOOST_TEST(json_text(body["policy"]) ==
             R"({"canary":2,"growth_permille":1500,"in_flight_max":9,"failure_limit":3,)"
             R"("site_at_once":1,"install_deadline_ms":86400000,"silence_after_ms":1200000,)"
             R"("token_expiry_ms":90000,"poll_hint_ms":0,"tolerated_ppm":0,)"
             R"("growth_unproven_permille":0,"cap_ppm":0,"installs_ahead_permille":0,)"
             R"("part_halts_all":false,"download_only":false,"lifetime_ms":0,)"
             R"("needs_approval":false,"fleet_at_once":0,"downloads_at_once":0,)"
             R"("priority":0})");
}

BOOST_AUTO_TEST_CASE(without_a_policy_file_the_default_policy_is_stated) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":1})");
  BOOST_TEST(desk.ask(centre, {"rollout", "create", "--version", "1.1.0"}).exit == 0);
  const Json body = *parse_object(centre.asked().at(0).body);
  BOOST_TEST(body["policy"]["canary"] == 1);
  BOOST_TEST(!body.contains("client"));
}

BOOST_AUTO_TEST_CASE(a_wrong_policy_is_refused_with_line_and_key_and_nothing_is_sent) {
  Desk desk;
  FakeCentre centre;
  const auto refused = [&](const std::string& text, std::string_view part) {
    const auto policy = desk.folder.put("policy.yaml", text);
    const auto said =
        desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--policy", policy});
    BOOST_TEST(said.exit == 2);
    BOOST_TEST(holds(said.err, part));
  };
  refused("name: a\ncanary: lots\n", "policy.yaml:2: canary: found \"lots\"");
  refused("name: a\nmaintenance:\n  windows: [{start: '01:00', end: '02:00', zone: Asia/Tokyo}]\n",
          "policy.yaml:3: maintenance.windows: ");
  refused("name: a\napproval: perhaps\n", "policy.yaml:2: approval: found \"perhaps\"");
  refused("name: a\nselect: {clients: [x, y]}\n", "policy.yaml:2: select.clients: ");
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(a_rollout_that_needs_an_approval_says_so_when_it_is_created) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":4})");
  const auto policy = desk.folder.put("policy.yaml", "name: a\napproval: required\n");
  const auto said =
      desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--policy", policy});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "drydock rollout approve 4"));
  BOOST_TEST((*parse_object(centre.asked().at(0).body))["policy"]["needs_approval"] == true);
}

BOOST_AUTO_TEST_CASE(selected_sites_are_sent_and_named_in_one_place_only) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":4})");
  const auto policy =
      desk.folder.put("policy.yaml", "name: a\nselect: {clients: [acme], sites: [north, south]}\n");
  const std::vector<std::string> line = {"rollout", "create",   "--version",
                                         "1.1.0",   "--policy", policy};
  BOOST_TEST(desk.ask(centre, line).exit == 0);
  BOOST_TEST(json_text((*parse_object(centre.asked().at(0).body))["sites"]) ==
             R"(["north","south"])");
  auto twice = line;
  twice.insert(twice.end(), {"--site", "west"});
  const auto said = desk.ask(centre, twice);
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "contradicts select.sites"));
  BOOST_TEST(desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--client", "acme",
                               "--site", "west", "--site", "east"})
                 .exit == 0);
  BOOST_TEST((*parse_object(centre.asked().at(1).body))["sites"].size() == 2u);
}

BOOST_AUTO_TEST_CASE(labels_are_sent_and_named_in_one_place_only) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":4})");
  const auto policy = desk.folder.put("policy.yaml", "name: a\nselect: {labels: [early, lab]}\n");
  const std::vector<std::string> line = {"rollout", "create",   "--version",
                                         "1.1.0",   "--policy", policy};
  BOOST_TEST(desk.ask(centre, line).exit == 0);
  BOOST_TEST(json_text((*parse_object(centre.asked().at(0).body))["labels"]) ==
             R"(["early","lab"])");
  auto twice = line;
  twice.insert(twice.end(), {"--label", "late"});
  const auto said = desk.ask(centre, twice);
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "contradicts select.labels"));
  const auto nine =
      desk.folder.put("nine.yaml", "name: a\nselect:\n  labels: [a, b, c, d, e, f, g, h, i]\n");
  const auto refused =
      desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--policy", nine});
  BOOST_TEST(refused.exit == 2);
  BOOST_TEST(holds(refused.err, "nine.yaml:3"));
  BOOST_TEST(holds(refused.err, "at most 8 labels"));
}

BOOST_AUTO_TEST_CASE(windows_and_black_outs_are_sent_as_local_times) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":4})");
  const auto policy =
      desk.folder.put("policy.yaml",
                      "name: a\nmaintenance:\n  time_zone: Europe/Berlin\n"
                      "  windows: [{days: [sat, sun], start: '22:00', end: '04:00'}]\n"
                      "  black_outs: [{first: 2026-12-24, last: 2026-12-31}]\n");
  BOOST_TEST(
      desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--policy", policy}).exit == 0);
  BOOST_TEST(json_text((*parse_object(centre.asked().at(0).body))["calendar"]) ==
             R"({"zone":"Europe/Berlin","hours":[{"days":96,"start":1320,"end":240}],)"
             R"("black_outs":[{"first":20261224,"last":20261231}]})");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_not_sent_is_noted) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts", 201, R"({"rollout":1})");
  const auto policy = desk.folder.put("policy.yaml", "name: a\nsoak: 5m\n");
  const auto said =
      desk.ask(centre, {"rollout", "create", "--version", "1.1.0", "--policy", policy});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.err, "policy.yaml:2: soak: not sent"));
}

BOOST_AUTO_TEST_CASE(a_move_is_sent_with_its_reason) {
  Desk desk;
  FakeCentre centre;
  for (const char* verb : {"approve", "start", "pause", "resume", "halt"}) {
    centre.answer(std::string("POST /v1/rollouts/1/") + verb, 200,
                  R"({"rollout":1,"phase":"moved"})");
    const auto said = desk.ask(centre, {"rollout", verb, "1", "--why", "because"});
    BOOST_TEST(said.exit == 0);
    BOOST_TEST(said.out == "Rollout 1 is moved.\n");
    BOOST_TEST(centre.asked().back().body == R"({"why":"because"})");
  }
}

BOOST_AUTO_TEST_CASE(a_rollback_names_the_rollout_that_does_it) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts/1/rollback", 201, R"({"rollout":2})");
  const auto said = desk.ask(centre, {"rollout", "rollback", "1", "--to", "1.0.0"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "drydock rollout watch 2"));
  BOOST_TEST(centre.asked().back().body == R"({"why":"","to":"1.0.0"})");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_shown_in_the_centres_words) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts/1/start", 409,
                R"({"error":"rollout 1 is halted: create another one"})");
  const auto said = desk.ask(centre, {"rollout", "start", "1"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(said.err ==
             "drydock: the centre answered 409: rollout 1 is halted: create another one\n");
}

BOOST_AUTO_TEST_CASE(a_forbidden_act_is_shown_in_the_centres_words) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/rollouts/1/start", 403, R"({"error":"a viewer may not start"})");
  const auto said = desk.ask(centre, {"rollout", "start", "1"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(said.err == "drydock: the centre answered 403: a viewer may not start\n");
}

BOOST_AUTO_TEST_CASE(status_shows_every_rollout_and_one) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/rollouts", 200, std::string("{\"rollouts\":[") + running + "]}");
  centre.answer("GET /v1/rollouts/1", 200, running);
  const auto all = desk.ask(centre, {"rollout", "status"});
  BOOST_TEST(all.exit == 0);
  BOOST_TEST(holds(all.out, "1/4"));
  BOOST_TEST(holds(all.out, "0 of 2"));
  const auto one = desk.ask(centre, {"rollout", "status", "1"});
  BOOST_TEST(one.exit == 0);
  BOOST_TEST(holds(one.out, "1 of 4  [######"));
  BOOST_TEST(holds(one.out, "2023-11-14 22:13:21Z by eve"));
}

BOOST_AUTO_TEST_CASE(status_says_what_it_waits_for_since_when_and_who_is_late) {
  Desk desk;
  FakeCentre centre;
  std::string waiting = running;
  waiting.pop_back();
  waiting +=
      R"(,"waits_for":"the next check-in of 1","waits_since_ms":1700000001000,)"
      R"("waits_ms":11520000,"late":[{"appliance":"00000000000000a1","text":"SITE_MISMATCH"}]})";
  centre.answer("GET /v1/rollouts/1", 200, waiting);
  const auto one = desk.ask(centre, {"rollout", "status", "1"});
  BOOST_TEST(one.exit == 0);
  BOOST_TEST(holds(one.out, "the next check-in of 1"));
  BOOST_TEST(holds(one.out, "2023-11-14 22:13:21Z, for 3h 12m"));
  BOOST_TEST(holds(one.out, "00000000000000a1  SITE_MISMATCH"));
}

BOOST_AUTO_TEST_CASE(json_is_the_centres_document_on_one_line) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/rollouts/1", 200, running);
  const auto said = desk.ask(centre, {"rollout", "status", "1", "--json"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(said.err == "");
  BOOST_TEST((said.json() == *parse_object(running)));
  BOOST_TEST(said.out.find('\n') == said.out.size() - 1);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
