#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "tests/runtime/http/support.hpp"

namespace drydock::http::test {
namespace {
using namespace std::chrono_literals;

ClientOptions plain(const std::string& url) {
  ClientOptions options;
  options.base_url = url;
  options.plain = PlainHttp::allow;
  return options;
}

Error failure(const ClientOptions& options) {
  auto client = Client::make(options);
  BOOST_REQUIRE(client.ok());
  auto response = (*client)->send("GET", "/x", "", "");
  BOOST_REQUIRE(!response.ok());
  return response.error();
}

Handler answering(unsigned status, std::string body) {
  return [=](Request, Responder responder) { responder.send(text_response(status, body)); };
}
}  // namespace

BOOST_AUTO_TEST_SUITE(client)

BOOST_AUTO_TEST_CASE(nobody_listening_is_unreachable) {
  std::uint16_t port = 0;
  { port = started({}, echo)->port(); }
  const auto error = failure(plain(fmt::format("http://127.0.0.1:{}", port)));
  BOOST_TEST((error.kind == ErrorKind::unreachable), error.text);
  BOOST_TEST(error.text.find(fmt::format("GET http://127.0.0.1:{}/x", port)) == 0u);
}

BOOST_AUTO_TEST_CASE(a_server_that_never_answers_is_timed_out) {
  const FakeServer server(wait_for_hangup);
  auto options = plain(server.url());
  options.total_timeout = 50ms;
  BOOST_TEST((failure(options).kind == ErrorKind::timed_out));
}

BOOST_AUTO_TEST_CASE(a_hangup_in_mid_response_is_unreachable) {
  const FakeServer server([](int fd) {
    read_request(fd);
    say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
  });
  BOOST_TEST((failure(plain(server.url())).kind == ErrorKind::unreachable));
}

BOOST_AUTO_TEST_CASE(what_is_not_http_is_malformed) {
  const FakeServer server([](int fd) {
    read_request(fd);
    say(fd, "SSH-2.0-OpenSSH_9.2\r\n");
  });
  BOOST_TEST((failure(plain(server.url())).kind == ErrorKind::malformed));
}

BOOST_AUTO_TEST_CASE(a_response_over_the_limit_is_given_up) {
  const auto server = started({}, answering(200, std::string(100, 'x')));
  auto options = plain(fmt::format("http://127.0.0.1:{}", server->port()));
  options.response_bytes_max = 100;  // the newline is one too many
  BOOST_TEST((failure(options).kind == ErrorKind::no_space));
}

BOOST_AUTO_TEST_CASE(forbidden_is_an_error_and_not_found_is_a_response) {
  const auto forbidding = started(tls_options(), answering(403, "not yours"));
  const auto error = failure(client_options(*forbidding));
  BOOST_TEST((error.kind == ErrorKind::refused));
  BOOST_TEST(error.text.find("not yours") != std::string::npos);
  const auto missing = started(tls_options(), answering(404, "nothing here"));
  const auto response = client_of(*missing)->send("GET", "/x", "", "");
  BOOST_REQUIRE(response.ok());
  BOOST_TEST(response->status == 404u);
}

BOOST_AUTO_TEST_CASE(a_client_reconnects_after_the_server_came_back) {
  auto server = started(tls_options(), echo);
  const auto port = server->port();
  const auto client = client_of(*server);
  BOOST_TEST(client->send("GET", "/x", "", "").ok());
  server.reset();
  BOOST_TEST((client->send("GET", "/x", "", "").error().kind == ErrorKind::unreachable));
  auto options = tls_options();
  options.address = fmt::format("127.0.0.1:{}", port);
  server = started(options, echo);
  BOOST_TEST(client->send("GET", "/x", "", "").ok());
}

BOOST_AUTO_TEST_CASE(a_stop_request_ends_a_running_call) {
  std::stop_source stop;
  const FakeServer server([&](int fd) {
    read_request(fd);
    stop.request_stop();
    wait_for_hangup(fd);
  });
  auto options = plain(server.url());
  options.stop = stop.get_token();
  BOOST_TEST(failure(options).text.find("program ends") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(custom_headers_and_empty_bodies_are_sent) {
  const auto server = started({}, [](Request request, Responder responder) {
    const auto* token = request.header("x-token");
    const auto* type = request.header("content-type");
    responder.send(text_response(
        200, request.method + " " + (token ? *token : "none") + " " + (type ? *type : "none")));
  });
  auto client = Client::make(plain(fmt::format("http://127.0.0.1:{}", server->port())));
  BOOST_REQUIRE(client.ok());
  const auto with = (*client)->send("POST", "/", "", "application/json", {{"X-Token", "t"}});
  BOOST_TEST(with->body == "POST t application/json\n");
  BOOST_TEST((*client)->send("DELETE", "/", "", "")->body == "DELETE none none\n");
}

BOOST_AUTO_TEST_CASE(a_target_or_header_that_splits_the_request_is_malformed) {
  const auto server = started({}, echo);
  auto client = Client::make(plain(fmt::format("http://127.0.0.1:{}", server->port())));
  BOOST_REQUIRE(client.ok());
  for (const char* target : {"x", "/a b", "/a\r\nX: 1", "/a#b"})
    BOOST_TEST(((*client)->send("GET", target, "", "").error().kind == ErrorKind::malformed));
  const auto header = (*client)->send("GET", "/", "", "", {{"X", "1\r\nY: 2"}});
  BOOST_TEST((header.error().kind == ErrorKind::malformed));
  BOOST_TEST(server->counters().connections_accepted == 0u);
}

BOOST_AUTO_TEST_CASE(options_that_cannot_work_are_refused_when_the_client_is_made) {
  ClientOptions options;
  options.base_url = "https://127.0.0.1";
  BOOST_TEST(Client::make(options).error().text.find("ca_file") != std::string::npos);
  options.ca_file = pki().ca;
  options.certificate_file = pki().client;
  BOOST_TEST(Client::make(options).error().text.find("key_file") != std::string::npos);
  options.key_file = pki().client_key;
  options.total_timeout = 0ms;
  BOOST_TEST(Client::make(options).error().text.find("timeout") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http::test
