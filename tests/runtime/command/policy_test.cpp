#include <boost/test/unit_test.hpp>

#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

constexpr const char* watched = "name: watched\nevidence: {tolerated: 0.5%}\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_policy)

BOOST_AUTO_TEST_CASE(a_policy_is_explained_without_asking_a_centre) {
  Desk desk;
  const auto file = desk.folder.put("policy.yaml", watched);
  const auto said = desk.run({"policy", "check", file, "--fleet", "100000"});
  BOOST_TEST_REQUIRE(said.exit == 0);
  BOOST_TEST(holds(said.out, "First: 50 at once"));
  BOOST_TEST(holds(said.out, "at most 1516 are exposed in all"));
  BOOST_TEST(holds(said.out, "when the first 2 fail"));
  BOOST_TEST(holds(said.out, "after 1000 500 or 1000"));
  BOOST_TEST(holds(said.out, "halted alone"));
}

BOOST_AUTO_TEST_CASE(a_small_fleet_is_told_that_evidence_will_not_do) {
  Desk desk;
  const auto file = desk.folder.put("policy.yaml", watched);
  const auto said = desk.run({"policy", "check", file, "--fleet", "12"});
  BOOST_TEST_REQUIRE(said.exit == 0);
  BOOST_TEST(holds(said.out, "First: 1 at once"));
  BOOST_TEST(holds(said.out, "insufficient to exclude twice the tolerated failures"));
}

BOOST_AUTO_TEST_CASE(a_policy_of_counts_is_explained_as_well) {
  Desk desk;
  const auto file = desk.folder.put(
      "policy.yaml", "name: counted\ncanary: 3\ngrowth: {factor: 2, max_in_flight: 60}\n");
  const auto said = desk.run({"policy", "check", file});
  BOOST_TEST_REQUIRE(said.exit == 0);
  BOOST_TEST(holds(said.out, "First: 3 at once"));
  BOOST_TEST(holds(said.out, "Never more than 60 at once"));
  BOOST_TEST(holds(said.out, "when the first 1 fail"));
  BOOST_TEST(!holds(said.out, "accepted"));
}

BOOST_AUTO_TEST_CASE(what_can_never_be_met_is_refused_with_its_key) {
  Desk desk;
  const auto refused = [&](const std::string& text, const std::string& part) {
    const auto file = desk.folder.put("policy.yaml", text);
    const auto said = desk.run({"policy", "check", file, "--fleet", "20"});
    BOOST_TEST(said.exit == 2);
    BOOST_TEST(holds(said.err, part));
    BOOST_TEST(said.out == "");
  };
  refused("name: a\nfailure_limit: 21\n", "failure_limit: 21 failures can never come together");
  refused("name: a\nlifetime: 20m\n", "lifetime (20m) must be longer than silence_after");
  refused("name: a\nevidence: {cap: 0%}\n", "evidence.cap");
  refused("name: a\nevidence: {tolerated: 0%}\n", "evidence.tolerated");
  refused("name: a\nevidence: {growth_unproven: 2}\n", "acceptance would slow it down");
  refused("name: a\nevidence: {part_halts: some}\n", "part, all");
  refused("name: a\nmaintenance: {black_outs: [{first: 2026-01-01, last: 2036-01-01}]}\n",
          "maintenance: in the next 60 days no window opens");
  refused("name: a\nmaintenance: {windows: [{start: '02:00', end: '02:05'}]}\n",
          "no window opens for as long as a reboot token lives (10m)");
}

BOOST_AUTO_TEST_CASE(windows_are_explained_with_the_next_one) {
  Desk desk;  // its clock says 2027-01-15 08:00 UTC
  const auto file = desk.folder.put("policy.yaml",
                                    "name: nights\nmaintenance:\n  time_zone: Europe/Berlin\n"
                                    "  windows: [{start: '22:00', end: '04:00'}]\n"
                                    "  black_outs: [{first: 2027-01-15, last: 2027-01-16}]\n");
  const auto said = desk.run({"policy", "check", file});
  BOOST_TEST_REQUIRE(said.exit == 0);
  BOOST_TEST(holds(said.out, "next from 2027-01-16 23:00:00Z to 2027-01-17 03:00:00Z"));
}

BOOST_AUTO_TEST_CASE(the_plan_is_a_json_document_when_json_is_asked_for) {
  Desk desk;
  const auto file = desk.folder.put("policy.yaml", watched);
  const Json plan = desk.run({"policy", "check", file, "--json"}).json();
  BOOST_TEST(plan["acceptance_needs"] == 1516);
  BOOST_TEST(plan["policy"]["tolerated_ppm"] == 5000);
  BOOST_TEST(plan["plan"].size() >= 5U);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
