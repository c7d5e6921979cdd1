#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

// A desk whose config.yaml reaches the centre.
struct Configured : Desk {
  FakeCentre centre;
  Configured() {
    centre.answer("GET /v1/rollouts", 200, R"({"rollouts":[]})");
    write(centre.url());
  }
  void write(const std::string& server, const std::string& more = "") {
    std::filesystem::create_directories(folder / ".config/drydock");
    folder.put(".config/drydock/config.yaml",
               fmt::format("server: {}\ncert: {}/admin.crt\nkey: {}/admin.key\n"
                           "ca: {}/operator-ca.crt\n{}",
                           server, pki_folder(), pki_folder(), pki_folder(), more));
  }
};
const std::string nowhere = "https://127.0.0.1:1";

}  // namespace

BOOST_AUTO_TEST_SUITE(command_settings)

BOOST_AUTO_TEST_CASE(the_file_under_home_is_enough) {
  Configured desk;
  const auto said = desk.run({"rollout", "status"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(holds(said.out, "No rollouts yet"));
}

BOOST_AUTO_TEST_CASE(the_file_under_xdg_config_home_goes_before_the_one_under_home) {
  Configured desk;
  std::filesystem::create_directories(desk / "xdg");
  std::filesystem::rename(desk / ".config/drydock", desk / "xdg/drydock");
  desk.environment["XDG_CONFIG_HOME"] = desk / "xdg";
  BOOST_TEST(desk.run({"rollout", "status"}).exit == 0);
}

BOOST_AUTO_TEST_CASE(the_environment_goes_before_the_file) {
  Configured desk;
  desk.environment["DRYDOCK_SERVER"] = nowhere;
  const auto said = desk.run({"rollout", "status"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, nowhere));
}

BOOST_AUTO_TEST_CASE(a_flag_goes_before_the_environment) {
  Configured desk;
  desk.environment["DRYDOCK_SERVER"] = nowhere;
  BOOST_TEST(desk.run({"rollout", "status", "--server", desk.centre.url()}).exit == 0);
}

BOOST_AUTO_TEST_CASE(a_wrong_file_is_refused_with_line_and_key) {
  Configured desk;
  desk.write(desk.centre.url(), "colour: red\n");
  const auto said = desk.run({"rollout", "status"});
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "config.yaml:5: colour"));
  BOOST_TEST(desk.centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(without_an_address_the_three_ways_to_give_it_are_told) {
  Desk desk;
  const auto said = desk.run({"rollout", "status"});
  BOOST_TEST(said.exit == 2);
  for (const char* part : {"--server", "DRYDOCK_SERVER", "\"server:\" in", "config.yaml"})
    BOOST_TEST(holds(said.err, part));
}

BOOST_AUTO_TEST_CASE(an_address_without_tls_is_refused) {
  Configured desk;
  const auto said = desk.run({"rollout", "status", "--server", "http://127.0.0.1:9443"});
  BOOST_TEST(said.exit == 2);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_there_is_named) {
  Configured desk;
  const auto said = desk.run({"rollout", "status", "--cert", "/nowhere/admin.crt"});
  BOOST_TEST(said.exit == 2);
  BOOST_TEST(holds(said.err, "/nowhere/admin.crt"));
}

BOOST_AUTO_TEST_CASE(an_unreachable_centre_is_named_with_how_to_choose_another) {
  Configured desk;
  const auto said = desk.run({"rollout", "status", "--server", nowhere, "--json"});
  BOOST_TEST(said.exit == 1);
  const auto text = *text_in(said.json(), "error");
  BOOST_TEST(holds(text, nowhere));
  BOOST_TEST(holds(text, "--server URL, DRYDOCK_SERVER"));
}

BOOST_AUTO_TEST_CASE(a_centre_of_another_authority_is_not_believed) {
  Configured desk;
  const auto said = desk.run({"rollout", "status", "--ca", pki_folder() + "/appliance-ca.crt"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "do not trust each other"));
  BOOST_TEST(desk.centre.asked().empty());
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_no_json_is_no_result) {
  Configured desk;
  desk.centre.answer("GET /v1/releases", 200, "<html>");
  const auto said = desk.run({"release", "list"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "not a JSON object"));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
