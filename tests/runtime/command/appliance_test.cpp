#include <boost/test/unit_test.hpp>

#include "runtime/trust/identity_folder.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

const std::string box = "00000000000000a1";

std::vector<std::string> provision(const Desk& desk) {
  return {"appliance", "provision", "--pki", pki_folder(), "--client", "acme",  "--site",
          "north",     "--id",      box,     "--hardware", "box-1",    "--out", desk / "id"};
}

constexpr const char* known = R"({"appliance":"00000000000000a1","client":"acme","site":"north",
  "hardware":"box-1","lifecycle":"ACTIVE","version":"1.0.0","boot":"1","stage":"granted",
  "rollout":1,"reason":"none","detail":"a\u001b[2Jb","wait":{"reason":"ramp","text":"others first"},
  "last_seen_ms":1799999980000})";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_appliance)

BOOST_AUTO_TEST_CASE(provisioning_makes_an_identity_and_registers_it) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/appliances", 200, R"({"appliance":"00000000000000a1"})");
  const auto said = desk.ask(centre, provision(desk));
  BOOST_TEST_REQUIRE(said.exit == 0);
  const auto identity = trust::load_identity(desk / "id");
  BOOST_TEST_REQUIRE(identity.ok());
  BOOST_TEST(identity->appliance.id.value == 0xa1u);
  BOOST_TEST(identity->site == "north");
  BOOST_TEST(centre.asked().at(0).body ==
             R"({"appliance":"00000000000000a1","client":"acme","site":"north",)"
             R"("hardware":"box-1"})");
}

BOOST_AUTO_TEST_CASE(a_registration_that_failed_is_made_up_for_by_the_same_command) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/appliances", 503, R"({"error":"not decided"})");
  const auto failed = desk.ask(centre, provision(desk));
  BOOST_TEST(failed.exit == 1);
  BOOST_TEST(holds(failed.err, "run the same command again"));
  const std::string key = desk.read("id/appliance.key");

  FakeCentre better;
  better.answer("POST /v1/appliances", 200, R"({"appliance":"00000000000000a1"})");
  const auto said = desk.ask(better, provision(desk));
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(desk.read("id/appliance.key") == key);
}

BOOST_AUTO_TEST_CASE(an_identity_of_another_appliance_is_not_overwritten) {
  Desk desk;
  auto arguments = provision(desk);
  arguments.push_back("--no-register");
  BOOST_TEST(desk.run(arguments).exit == 0);
  std::replace(arguments.begin(), arguments.end(), std::string("north"), std::string("south"));
  BOOST_TEST(desk.run(arguments).exit == 1);
  BOOST_TEST(trust::load_identity(desk / "id")->site == "north");
}

BOOST_AUTO_TEST_CASE(without_an_id_two_appliances_get_different_ones) {
  Desk desk;
  const auto made = [&](const char* folder) {
    const auto said = desk.run({"appliance", "provision", "--pki", pki_folder(), "--client", "acme",
                                "--site", "north", "--hardware", "box-1", "--out", desk / folder,
                                "--no-register", "--json"});
    return *text_in(said.json(), "appliance");
  };
  BOOST_TEST(made("a") != made("b"));
}

BOOST_AUTO_TEST_CASE(without_a_centre_nothing_is_made_unless_it_is_not_to_be_registered) {
  Desk desk;
  const auto said = desk.run(provision(desk));
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "--no-register"));
  BOOST_TEST(!std::filesystem::exists(desk / "id"));
}

BOOST_AUTO_TEST_CASE(appliances_are_listed_and_shown_without_control_characters) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/appliances", 200, std::string("{\"appliances\":[") + known + "]}");
  centre.answer("GET /v1/appliances/" + box, 200, known);
  const auto all = desk.ask(centre, {"appliance", "list"});
  BOOST_TEST(all.exit == 0);
  BOOST_TEST(holds(all.out, "20s ago"));
  BOOST_TEST(holds(all.out, "ramp"));
  const auto one = desk.ask(centre, {"appliance", "show", box});
  BOOST_TEST(one.exit == 0);
  BOOST_TEST(holds(one.out, "others first"));
  BOOST_TEST(holds(one.out, "a?[2Jb"));
  BOOST_TEST(one.out.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_page_of_a_long_list_is_asked_for) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/appliances", 200,
                std::string("{\"appliances\":[") + known + "],\"next\":7}");
  centre.answer("GET /v1/appliances?from=7", 200, std::string("{\"appliances\":[") + known + "]}");
  const Json document = desk.ask(centre, {"appliance", "list", "--json"}).json();
  BOOST_TEST(document["appliances"].size() == 2u);
  BOOST_TEST(!document.contains("next"));
}

BOOST_AUTO_TEST_CASE(pages_that_do_not_go_on_are_refused) {
  Desk desk;
  FakeCentre centre;
  for (const char* line : {"GET /v1/appliances", "GET /v1/appliances?from=7"})
    centre.answer(line, 200, "{\"appliances\":[],\"next\":7}");
  BOOST_TEST(desk.ask(centre, {"appliance", "list"}).exit == 1);
}

BOOST_AUTO_TEST_CASE(a_lifecycle_state_is_taken_in_any_case) {
  Desk desk;
  FakeCentre centre;
  centre.answer("POST /v1/appliances/" + box + "/lifecycle", 200, "{}");
  BOOST_TEST(desk.ask(centre, {"appliance", "lifecycle", box, "maintenance"}).exit == 0);
  BOOST_TEST(centre.asked().at(0).body == R"({"lifecycle":"MAINTENANCE"})");
}

BOOST_AUTO_TEST_CASE(why_is_one_paragraph) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/appliances/" + box + "/why", 200,
                R"({"appliance":"00000000000000a1","text":"it failed this rollout before",
                "wait":{"reason":"failed_before","a":1,"b":0,"text":"x"},"rollout":2,
                "stage":"rolled_back","stage_rollout":2,"version":"1.0.0","lifecycle":"ACTIVE",
                "reason":"check_failed","detail":"clock"})");
  const auto said = desk.ask(centre, {"why", box});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(said.out ==
             "Appliance 00000000000000a1 runs 1.0.0 and is ACTIVE. For rollout 2: it failed this "
             "rollout before. In rollout 2 its stage is rolled_back, because of check_failed "
             "(clock).\n");
  BOOST_TEST(desk.ask(centre, {"why", box, "--json"}).json()["rollout"] == 2);
}

BOOST_AUTO_TEST_CASE(why_says_since_when_and_who_holds_the_place) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/appliances/" + box + "/why", 200,
                R"({"text":"1 of its site is being updated, 1 at once is allowed",)"
                R"("since_ms":1799999940000,"held_by":[{"appliance":"00000000000000b2",)"
                R"("stage":"granted","rollout":2,"expires_ms":1800000000000}]})");
  const auto said = desk.ask(centre, {"why", box});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "Since 2027-01-15 07:59:00Z, 1m 00s ago."));
  BOOST_TEST(
      holds(said.out, "Held by 00000000000000b2 (stage granted, until 2027-01-15 08:00:00Z)."));
}

BOOST_AUTO_TEST_CASE(why_says_no_more_than_is_known) {
  Desk desk;
  FakeCentre centre;
  centre.answer("GET /v1/appliances/" + box + "/why", 200,
                R"({"text":"it has not checked in","rollout":0,"stage":"none"})");
  BOOST_TEST(desk.ask(centre, {"why", box}).out ==
             "Appliance 00000000000000a1: it has not checked in.\n");
}

BOOST_AUTO_TEST_CASE(an_unknown_appliance_is_told_as_the_centre_tells_it) {
  Desk desk;
  FakeCentre centre;
  const auto said = desk.ask(centre, {"why", box});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "404: nothing of this name"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
