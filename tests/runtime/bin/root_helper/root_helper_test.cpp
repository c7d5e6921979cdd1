#include "tests/runtime/bin/root_helper/program.hpp"

namespace drydock::boot {

BOOST_AUTO_TEST_SUITE(root_helper_program)

BOOST_FIXTURE_TEST_CASE(it_serves_the_socket_that_systemd_passes_and_stops_when_told, Program) {
  start({"--allow-uid", std::to_string(::geteuid()), "--unit", "a.service", "--unit", "b.service"},
        true);
  auto client = HelperClient::connect(socket_path);
  BOOST_REQUIRE(client.ok());
  const auto reply = client->status();
  BOOST_REQUIRE_MESSAGE(reply.ok(), (reply ? "" : reply.error().text));
  BOOST_TEST(reply->ok(), reply->answer.text);
  BOOST_TEST((reply->answer.state.active == Slot::a));
  BOOST_TEST(reply->answer.state.slot_b_bytes == 4096u);
  BOOST_TEST(!!reply->answer.state.boot);
  BOOST_REQUIRE(::kill(child, SIGTERM) == 0);
  BOOST_TEST(exit_code() == 0);
}

BOOST_FIXTURE_TEST_CASE(it_runs_the_reboot_command_word_by_word, Program) {
  start({"--reboot-command=touch", "--reboot-command=--", "--reboot-command=" + (folder / "-boot")},
        true);
  auto client = HelperClient::connect(socket_path);
  BOOST_REQUIRE(client.ok());
  const auto reply = client->reboot();
  BOOST_REQUIRE(reply.ok());
  BOOST_TEST(reply->ok(), reply->answer.text);
  BOOST_TEST(::access((folder / "-boot").c_str(), F_OK) == 0);
}

BOOST_FIXTURE_TEST_CASE(it_does_not_start_without_a_socket, Program) {
  start({}, false);
  BOOST_TEST(exit_code() == 2);
}

BOOST_FIXTURE_TEST_CASE(it_does_not_start_without_an_identity, Program) {
  start({"--identity", folder / "nothing"}, true);
  BOOST_TEST(exit_code() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::boot
