#include <boost/test/unit_test.hpp>

#include "runtime/config/health_checks.hpp"
#include "tests/runtime/config/expect.hpp"

using namespace drydock;
using namespace drydock::config;

namespace {
bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(config_health_checks)

BOOST_AUTO_TEST_CASE(a_check_is_read_with_its_defaults) {
  const auto c = parse_health_check("name: net\ncommand: [/bin/true]\n", "net.yaml");
  BOOST_REQUIRE(c);
  BOOST_TEST(c->command.at(0) == "/bin/true");
  BOOST_TEST(c->timeout.value == 10'000);
  BOOST_TEST((c->severity == Severity::required));
}

BOOST_AUTO_TEST_CASE(every_key_arrives_in_its_place) {
  const auto c = parse_health_check(
      "name: net\ncommand: [ping, -c, 1, '']\ntimeout_ms: 250\nseverity: wanted\n", "net.yaml");
  BOOST_REQUIRE(c);
  BOOST_TEST(c->command.size() == 4U);
  BOOST_TEST(c->command[2] == "1");
  BOOST_TEST(c->command[3].empty());
  BOOST_TEST(c->timeout.value == 250);
  BOOST_TEST((c->severity == Severity::wanted));
}

BOOST_AUTO_TEST_CASE(the_checks_of_a_folder_come_sorted_by_name) {
  const Folder folder;
  folder.write("1.yaml", "name: zulu\ncommand: [a]\n");
  folder.write("2.yaml", "name: alpha\ncommand: [b]\n");
  folder.write("README", "not a check");
  folder.write("3.yaml.old", "not: [a check");
  const auto checks = load_health_checks(folder.path);
  BOOST_REQUIRE_MESSAGE(checks, refusal(checks));
  BOOST_REQUIRE_EQUAL(checks->size(), 2U);
  BOOST_TEST(checks->at(0).name == "alpha");
  BOOST_TEST(checks->at(1).name == "zulu");
}

BOOST_AUTO_TEST_CASE(an_empty_folder_is_an_empty_list_and_a_missing_one_an_error) {
  const Folder folder;
  const auto none = load_health_checks(folder.path);
  BOOST_REQUIRE(none);
  BOOST_TEST(none->empty());
  const auto missing = load_health_checks(folder.path + "/none");
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(two_checks_of_one_name_are_refused) {
  const Folder folder;
  folder.write("1.yaml", "name: net\ncommand: [a]\n");
  folder.write("2.yaml", "name: net\ncommand: [b]\n");
  BOOST_TEST(says(refusal(load_health_checks(folder.path)),
                  "2.yaml: another file already has a check named \"net\""));
}

BOOST_AUTO_TEST_CASE(the_problems_of_all_files_are_told_at_once) {
  const Folder folder;
  folder.write("1.yaml", "name: a\ncommand: []\n");
  folder.write("2.yaml", "name: b\ncommand: [x]\nseverity: critical\n");
  folder.write("3.yaml", "name: c\ncommand: [x]\n");
  const auto text = refusal(load_health_checks(folder.path));
  BOOST_TEST(says(text, "1.yaml:2: command: found a list of 0, accepted: a list of 1 to 32 items"));
  BOOST_TEST(says(text, "2.yaml:3: severity: found \"critical\", accepted: required, wanted"));
}

BOOST_AUTO_TEST_CASE(a_command_is_a_list_and_no_line_for_a_shell) {
  const auto text = refusal(parse_health_check("name: a\ncommand: ping -c 1 x\n", "a.yaml"));
  BOOST_TEST(says(text, "a.yaml:2: command: found \"ping -c 1 x\", accepted: a list"));
}

BOOST_AUTO_TEST_CASE(limits_of_arguments_time_and_size_hold) {
  std::string many = "name: a\ncommand: [x";
  for (int i = 0; i < 32; ++i) many += ", y";
  BOOST_TEST(says(refusal(parse_health_check(many + "]\n", "a.yaml")), "found a list of 33"));
  for (const char* ms : {"0", "600001", "1s"})
    BOOST_TEST(says(refusal(parse_health_check(
                        "name: a\ncommand: [x]\ntimeout_ms: " + std::string(ms), "a.yaml")),
                    "timeout_ms: found"));
  const Folder folder;
  folder.write("big.yaml", std::string((64 << 10) + 1, '#'));
  BOOST_TEST(says(refusal(load_health_checks(folder.path)), "larger than 65536 bytes"));
}

BOOST_AUTO_TEST_CASE(more_than_64_checks_are_refused) {
  const Folder folder;
  for (int i = 0; i < 65; ++i) {
    const auto n = std::to_string(i);
    folder.write(n + ".yaml", "name: c" + n + "\ncommand: [x]\n");
  }
  BOOST_TEST(says(refusal(load_health_checks(folder.path)), "more than 64 checks"));
  std::filesystem::remove(folder.path + "/0.yaml");
  BOOST_TEST(load_health_checks(folder.path).ok());
}

BOOST_AUTO_TEST_SUITE_END()
