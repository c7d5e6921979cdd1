#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/http/handed_over.hpp"
#include "tests/runtime/http/support.hpp"

namespace drydock::http::test {
namespace {

constexpr int self = 4711;

int listening_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
  BOOST_REQUIRE(::listen(fd, 8) == 0);
  return fd;
}

std::string said_of(const HandedOverSaid& said) {
  const auto taken = handed_over(said, self, listening_socket());
  return taken ? "" : taken.error().text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(handed_over_sockets_)

BOOST_AUTO_TEST_CASE(a_socket_is_found_by_its_name_and_no_child_inherits_it) {
  const int fd = listening_socket();
  const auto taken = handed_over({"4711", "1", "edge"}, self, fd);
  BOOST_REQUIRE(taken);
  BOOST_REQUIRE(taken->contains("edge"));
  BOOST_TEST(taken->at("edge").get() == fd);
  BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(what_was_said_to_another_process_or_to_none_is_nothing) {
  for (const char* pid : {"", "4712", "x"}) {
    const auto taken = handed_over({pid, "1", "edge"}, self, 3);
    BOOST_REQUIRE(taken);
    BOOST_TEST(taken->empty());
  }
}

BOOST_AUTO_TEST_CASE(what_no_service_manager_says_is_refused_with_what_to_do) {
  BOOST_TEST(said_of({"4711", "many", "edge"}).find("LISTEN_FDS=\"many\"") == 0u);
  BOOST_TEST(said_of({"4711", "17", "edge"}).find("say 0 to 16") != std::string::npos);
  BOOST_TEST(said_of({"4711", "2", "edge"}).find("FileDescriptorName=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(two_sockets_of_one_name_are_refused) {
  const int first = listening_socket();
  const int second = ::dup2(first, first + 1);
  BOOST_REQUIRE(second == first + 1);
  const auto taken = handed_over({"4711", "2", "edge:edge"}, self, first);
  BOOST_REQUIRE(!taken);
  BOOST_TEST(taken.error().text.find("two sockets are named \"edge\"") == 0u);
}

BOOST_AUTO_TEST_CASE(a_server_serves_on_a_socket_that_already_listens) {
  ServerOptions options;
  options.address = "203.0.113.1:1";  // nothing of this host: it is not used
  options.listening = listening_socket();
  const auto server = started(options, echo);
  RawPeer peer(server->port(), RawPeer::Kind::plain);
  peer.say("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.head_and_body().starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_CASE(what_is_no_listening_socket_is_refused) {
  ServerOptions options;
  options.listening = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto server = Server::start(options, echo);
  BOOST_REQUIRE(!server);
  BOOST_TEST(server.error().text.find("is no listening TCP socket") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http::test
