#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <unistd.h>
#include <atomic>
#include <future>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "tests/runtime/http/support.hpp"

namespace drydock::http::test {
namespace {
using namespace std::chrono_literals;
using Kind = RawPeer::Kind;
constexpr auto get = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

bool holds(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }
bool answers(const std::string& text, unsigned status) {
  return text.starts_with(fmt::format("HTTP/1.1 {} ", status));
}

// One plain exchange after which the server closes.
std::string refused(const ServerOptions& options, std::string_view bytes) {
  const auto server = started(options, echo);
  RawPeer peer(server->port(), Kind::plain);
  peer.say(bytes);
  const auto answer = peer.everything();
  BOOST_TEST(server->counters().requests == 0u);
  return answer;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(server)

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests) {
  const auto server = started(tls_options(), echo);
  const auto client = client_of(*server);
  for (int n = 0; n < 50; ++n) {
    const auto response = client->send("POST", fmt::format("/n?i={}", n), "body", "text/plain");
    BOOST_REQUIRE_MESSAGE(response.ok(), (response.ok() ? "" : response.error().text));
    BOOST_TEST(response->status == 200u);
    BOOST_TEST(response->body == fmt::format("POST /n?i={} body", n));
  }
  BOOST_TEST(server->counters().connections_accepted == 1u);
  BOOST_TEST(server->counters().requests == 50u);
}

BOOST_AUTO_TEST_CASE(two_hundred_connections_are_served_at_once) {
  auto options = tls_options();
  options.threads = 2;
  const auto server = started(options, echo);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int n = 0; n < 200; ++n)
    peers.push_back(std::make_unique<RawPeer>(server->port(), Kind::tls));
  for (int round = 0; round < 2; ++round) {
    for (auto& peer : peers) peer->say(get);
    for (auto& peer : peers) BOOST_TEST(holds(peer->head_and_body(), "GET /x "));
  }
  BOOST_TEST(server->counters().connections_open == 200u);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
  const auto server = started({}, echo);
  RawPeer peer(server->port(), Kind::plain);
  std::string many;
  for (int n = 0; n < 300; ++n) many += fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", n);
  peer.say(many);
  for (int n = 0; n < 300; ++n)
    BOOST_REQUIRE(holds(peer.head_and_body(), fmt::format("GET /{} ", n)));
}

BOOST_AUTO_TEST_CASE(a_request_in_single_bytes_is_understood) {
  const auto server = started({}, echo);
  RawPeer peer(server->port(), Kind::plain);
  for (char c : std::string_view("PUT /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    peer.say({&c, 1});
  BOOST_TEST(holds(peer.head_and_body(), "PUT /a abcde"));
}

BOOST_AUTO_TEST_CASE(head_gets_the_length_without_the_body) {
  const auto server = started({}, echo);
  RawPeer peer(server->port(), Kind::plain);
  peer.say("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const auto answer = peer.everything();
  BOOST_TEST(holds(answer, "Content-Length: 8\r\n"));
  BOOST_TEST(answer.ends_with("\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(a_peer_that_expects_continue_is_told_to_go_on) {
  const auto server = started({}, echo);
  RawPeer peer(server->port(), Kind::plain);
  peer.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(peer.head_and_body() == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.say("ok");
  BOOST_TEST(holds(peer.head_and_body(), "POST /x ok"));
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413) {
  ServerOptions options;
  options.limits.body_bytes_max = 10;
  BOOST_TEST(answers(refused(options,
                             "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"
                             "01234567890"),
                     413));
  BOOST_TEST(answers(refused(options,
                             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
                             "\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"),
                     413));
}

BOOST_AUTO_TEST_CASE(a_header_over_the_limit_is_431) {
  ServerOptions options;
  const std::string long_line = "X: " + std::string(9000, 'x') + "\r\n\r\n";
  BOOST_TEST(answers(refused(options, "GET / HTTP/1.1\r\nHost: h\r\n" + long_line), 431));
  std::string lines;
  for (int n = 0; n < 65; ++n) lines += fmt::format("X{}: 1\r\n", n);
  BOOST_TEST(answers(refused(options, "GET / HTTP/1.1\r\n" + lines + "\r\n"), 431));
}

BOOST_AUTO_TEST_CASE(what_is_no_request_is_400_with_a_reason) {
  for (const std::string_view text :
       {"hello\r\n\r\n", "GET x HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    const auto answer = refused({}, text);
    BOOST_TEST(answers(answer, 400), text << " -> " << answer);
    BOOST_TEST(answer.ends_with("\n"));
  }
  const auto reason = refused({}, "GET / HTTP/1.1\r\n\r\n");
  BOOST_TEST(reason.ends_with("\r\n\r\nan HTTP/1.1 request has exactly one Host header\n"));
  BOOST_TEST(answers(refused({}, "GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505));
}

BOOST_AUTO_TEST_CASE(an_endless_chunk_extension_is_refused) {
  BOOST_TEST(answers(refused({},
                             "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                             "1;" +
                                 std::string(40'000, 'x')),
                     400));
}

BOOST_AUTO_TEST_CASE(a_slow_request_is_closed_by_its_timeout) {
  ServerOptions options;
  options.limits.request_timeout = 50ms;
  BOOST_TEST(answers(refused(options, "GET / HT"), 408));
}

BOOST_AUTO_TEST_CASE(an_idle_connection_is_closed_by_its_timeout) {
  ServerOptions options;
  options.limits.idle_timeout = 50ms;
  const auto server = started(options, echo);
  RawPeer peer(server->port(), Kind::plain);
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 200));
  BOOST_TEST(peer.everything() == "");
}

BOOST_AUTO_TEST_CASE(a_silent_handshake_is_closed_by_its_timeout) {
  auto options = tls_options();
  options.limits.handshake_timeout = 50ms;
  const auto server = started(options, echo);
  RawPeer peer(server->port(), Kind::plain);
  BOOST_TEST(peer.everything() == "");
  BOOST_TEST(server->counters().handshakes_failed == 1u);
}

BOOST_AUTO_TEST_CASE(a_peer_that_takes_no_bytes_is_closed_by_its_timeout) {
  ServerOptions options;
  options.limits.send_timeout = 50ms;
  const auto server = started(options, [](Request, Responder responder) {
    responder.send(text_response(200, std::string(32 << 20, 'x')));
  });
  RawPeer deaf(server->port(), Kind::plain);
  deaf.say(get);
  while (server->counters().requests == 0 || server->counters().connections_open != 0)
    std::this_thread::yield();
  BOOST_TEST(deaf.everything().size() < (32u << 20));
}

BOOST_AUTO_TEST_CASE(a_connection_over_the_limit_is_closed_at_once) {
  ServerOptions options;
  options.limits.connections_max = 1;
  const auto server = started(options, echo);
  RawPeer first(server->port(), Kind::plain);
  first.say(get);
  BOOST_TEST(answers(first.head_and_body(), 200));
  RawPeer second(server->port(), Kind::plain);
  BOOST_TEST(second.everything() == "");
  BOOST_TEST(server->counters().connections_turned_away == 1u);
  first.say(get);
  BOOST_TEST(answers(first.head_and_body(), 200));
}

BOOST_AUTO_TEST_CASE(a_dropped_responder_answers_503) {
  const auto server = started({}, [](Request, Responder) {});
  RawPeer peer(server->port(), Kind::plain);
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 503));
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 503));
}

BOOST_AUTO_TEST_CASE(an_answer_may_come_later_from_another_thread) {
  std::promise<std::pair<Request, Responder>> passed;
  const auto server = started(tls_options(), [&](Request request, Responder responder) {
    passed.set_value({std::move(request), std::move(responder)});
  });
  std::thread other([&] {
    auto [request, responder] = passed.get_future().get();
    const auto* name = request.identity<std::string>();
    responder.send(text_response(200, "for " + (name != nullptr ? *name : "nobody")));
  });
  const auto response = client_of(*server)->send("GET", "/", "", "");
  other.join();
  BOOST_REQUIRE(response.ok());
  BOOST_TEST(response->body == "for appliance-7\n");
}

BOOST_AUTO_TEST_CASE(a_handler_that_is_too_late_is_503_and_its_answer_is_dropped) {
  ServerOptions options;
  options.limits.answer_timeout = 50ms;
  std::vector<Responder> kept;
  const auto server = started(options, [&](Request request, Responder responder) {
    if (request.path == "/x") return kept.push_back(std::move(responder));
    kept.front().send(text_response(200, "late"));
    echo(std::move(request), std::move(responder));
  });
  RawPeer peer(server->port(), Kind::plain);
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 503));
  peer.say("GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(holds(peer.head_and_body(), "GET /second"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_would_split_the_header_becomes_500) {
  const auto server = started({}, [](Request, Responder responder) {
    auto response = text_response(200, "x");
    response.headers.emplace_back("X-Name", "a\r\nSet-Cookie: b");
    responder.send(std::move(response));
  });
  RawPeer peer(server->port(), Kind::plain);
  peer.say(get);
  const auto answer = peer.head_and_body();
  BOOST_TEST(answers(answer, 500));
  BOOST_TEST(!holds(answer, "Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(stop_returns_with_connections_open_and_a_responder_survives_it) {
  std::promise<Responder> passed;
  auto server = started(tls_options(), [&](Request request, Responder responder) {
    if (request.path == "/x") return echo(std::move(request), std::move(responder));
    passed.set_value(std::move(responder));
  });
  RawPeer idle(server->port(), Kind::tls), waiting(server->port(), Kind::tls);
  RawPeer in_handshake(server->port(), Kind::plain);
  idle.say(get);
  BOOST_TEST(answers(idle.head_and_body(), 200));
  waiting.say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  auto responder = passed.get_future().get();
  server->stop();
  server->stop();
  BOOST_TEST(idle.everything() == "");
  BOOST_TEST(waiting.everything() == "");
  server.reset();
  responder.send(text_response(200, "nobody listens"));
}

BOOST_AUTO_TEST_CASE(accepting_goes_on_after_the_descriptors_ran_out) {
  ServerOptions options;
  options.limits.accept_pause = 5ms;
  const auto server = started(options, echo);
  rlimit before{};
  BOOST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // Descriptors are given out lowest first: the peer's socket gets this number, accept() a higher.
  const int next = ::dup(0);
  ::close(next);
  auto few = before;
  few.rlim_cur = static_cast<rlim_t>(next) + 1;
  ::setrlimit(RLIMIT_NOFILE, &few);
  RawPeer peer(server->port(), Kind::plain);
  while (server->counters().accept_pauses < 2) std::this_thread::yield();
  ::setrlimit(RLIMIT_NOFILE, &before);
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 200));
}

BOOST_AUTO_TEST_CASE(a_thousand_random_byte_strings_do_no_harm) {
  const auto seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  auto tls = tls_options();
  tls.limits.drain_timeout = 20ms;
  ServerOptions plain;
  plain.limits.drain_timeout = 20ms;
  const auto secure = started(tls, echo);
  const auto open = started(plain, echo);
  constexpr std::string_view starts[] = {"", "GET ", "POST / HTTP/1.1\r\nHost: h\r\n",
                                         "\x16\x03\x01\x02", "GET / HTTP/1.1\r\nHost: h\r\n"};
  for (int n = 0; n < 1000; ++n) {
    std::string bytes(starts[random() % std::size(starts)]);
    const auto length = random() % 2000;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(random());
    RawPeer peer((n % 2 == 0 ? *secure : *open).port(), Kind::plain);
    peer.say(bytes);
  }
  const auto response = client_of(*secure)->send("GET", "/alive", "", "");
  BOOST_TEST(response.ok());
  RawPeer peer(open->port(), Kind::plain);
  peer.say(get);
  BOOST_TEST(answers(peer.head_and_body(), 200));
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_listened_on_is_an_error) {
  const auto first = started({}, echo);
  ServerOptions options;
  options.address = fmt::format("127.0.0.1:{}", first->port());
  BOOST_TEST(!Server::start(options, echo).ok());
  options.address = "nonsense";
  BOOST_TEST((Server::start(options, echo).error().kind == ErrorKind::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http::test
