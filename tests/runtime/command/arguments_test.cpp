#include <boost/test/unit_test.hpp>

#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
BOOST_AUTO_TEST_SUITE(command_arguments)

BOOST_AUTO_TEST_CASE(a_wrong_argument_says_what_is_accepted_and_exits_2_before_anything_is_sent) {
  Desk desk;
  FakeCentre centre;
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{}, "one of pki, appliance, release"},
      {{"rollout"}, "one of create, approve, start"},
      {{"rollout", "begin", "1"}, "one of create, approve, start"},
      {{"rollout", "start"}, "ID is required"},
      {{"rollout", "start", "first"}, "use its number"},
      {{"rollout", "start", "0"}, "use its number"},
      {{"rollout", "start", "4294967296"}, "use its number"},
      {{"rollout", "start", "1", "2"}, "not expected"},
      {{"rollout", "start", "1", "--fast"}, "--fast"},
      {{"rollout", "start", "1", "--why", std::string(81, 'x')}, "at most 80 bytes"},
      {{"rollout", "start", "1", "--why", "a\nb"}, "one line"},
      {{"rollout", "create"}, "--version is required"},
      {{"rollout", "create", "--version", "1.1"}, "major.minor.patch"},
      {{"rollout", "create", "--version", "1.1.0", "--client", "a/b"}, "is not a name"},
      {{"rollout", "create", "--version", "1.1.0", "--policy", "/nowhere"}, "/nowhere"},
      {{"rollout", "create", "--version", "1.1.0", "--needs", "old"}, "major.minor.patch"},
      {{"rollout", "create", "--version", "1.1.0", "--dead-end", "1"}, "major.minor.patch"},
      {{"policy", "check"}, "FILE is required"},
      {{"policy", "check", "/nowhere"}, "/nowhere"},
      {{"rollout", "rollback", "1", "--to", "new"}, "major.minor.patch"},
      {{"rollout", "watch", "1", "--every", "often"}, "such as 90s"},
      {{"token", "release", "A1", "--why", "x"}, "16 lower-case hex digits"},
      {{"token", "release", "00000000000000a1"}, "--why is required"},
      {{"why", "../rollouts"}, "16 lower-case hex digits"},
      {{"appliance", "show", "A1"}, "16 lower-case hex digits"},
      {{"appliance", "lifecycle", "00000000000000a1", "ASLEEP"}, "PENDING, ACTIVE"},
      {{"appliance", "provision", "--pki", "/nowhere"}, "/nowhere"},
      {{"release", "publish", "--image", "/nowhere"}, "/nowhere"},
      {{"journal", "verify", "/nowhere"}, "/nowhere"},
  };
  for (const auto& [arguments, part] : wrong) {
    const auto said = desk.ask(centre, arguments);
    BOOST_TEST(said.exit == 2);
    BOOST_TEST(holds(said.err, part));
    BOOST_TEST(holds(said.err, "--help"));
    BOOST_TEST(said.out == "");
  }
  BOOST_TEST(centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_argument_is_a_json_document_when_json_is_asked_for) {
  Desk desk;
  const auto said = desk.run({"rollout", "start", "x", "--json"});
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(said.json()["exit"] == 2);
}

BOOST_AUTO_TEST_CASE(every_verb_helps_with_an_example) {
  Desk desk;
  const std::vector<std::vector<std::string>> verbs = {
      {"pki", "init"},         {"appliance", "provision"}, {"appliance", "list"},
      {"appliance", "show"},   {"appliance", "lifecycle"}, {"release", "sign"},
      {"release", "publish"},  {"release", "list"},        {"rollout", "create"},
      {"rollout", "approve"},  {"rollout", "start"},       {"rollout", "pause"},
      {"rollout", "resume"},   {"rollout", "retry"},       {"rollout", "halt"},
      {"rollout", "rollback"}, {"rollout", "status"},      {"rollout", "watch"},
      {"token", "list"},       {"token", "release"},       {"why"},
      {"journal", "verify"},   {"journal", "reports"},     {"journal", "decisions"},
  };
  for (auto verb : verbs) {
    std::string line = "drydock";
    for (const auto& word : verb) line += " " + word;
    verb.push_back("--help");
    const auto said = desk.run(verb);
    BOOST_TEST(said.exit == 0);
    BOOST_TEST(holds(said.out, "Usage: " + line));
    BOOST_TEST(holds(said.out, "Example:\n  " + line));
  }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
