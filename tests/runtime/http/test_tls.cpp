#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "tests/runtime/http/support.hpp"

namespace drydock::http::test {
namespace {
Result<ClientResponse> ask(ClientOptions options) {
  auto client = Client::make(std::move(options));
  BOOST_REQUIRE(client.ok());
  return (*client)->send("GET", "/", "", "");
}

void must_be_refused(const Server& server, ClientOptions options) {
  const auto response = ask(std::move(options));
  BOOST_REQUIRE(!response.ok());
  BOOST_TEST((response.error().kind == ErrorKind::refused), response.error().text);
  BOOST_TEST(server.counters().requests == 0u);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(a_client_without_a_certificate_is_refused) {
  const auto server = started(tls_options(), echo);
  auto options = client_options(*server);
  options.certificate_file = options.key_file = "";
  must_be_refused(*server, options);
}

BOOST_AUTO_TEST_CASE(a_client_of_a_foreign_ca_is_refused) {
  const auto server = started(tls_options(), echo);
  auto options = client_options(*server);
  options.certificate_file = pki().foreign_client;
  options.key_file = pki().foreign_client_key;
  must_be_refused(*server, options);
}

BOOST_AUTO_TEST_CASE(a_server_of_a_foreign_ca_is_refused_by_the_client) {
  const auto server = started(tls_options(), echo);
  auto options = client_options(*server);
  options.ca_file = pki().foreign_ca;
  must_be_refused(*server, options);
}

BOOST_AUTO_TEST_CASE(a_server_of_another_name_is_refused_by_the_client) {
  auto options = tls_options();
  options.tls =
      *server_tls({pki().misnamed, pki().misnamed_key, pki().ca}, ClientCertificate::required);
  const auto server = started(options, echo);
  must_be_refused(*server, client_options(*server));
}

BOOST_AUTO_TEST_CASE(a_refused_identity_is_403_with_its_reason_and_the_end) {
  auto options = tls_options();
  options.identify = [](X509*) -> Result<Identity> {
    return Error{ErrorKind::refused, "appliance-7 was retired"};
  };
  const auto server = started(options, echo);
  const auto response = ask(client_options(*server));
  BOOST_REQUIRE(!response.ok());
  BOOST_TEST((response.error().kind == ErrorKind::refused));
  BOOST_TEST(response.error().text.find("403: appliance-7 was retired") != std::string::npos);
  RawPeer peer(server->port(), RawPeer::Kind::tls);
  peer.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(peer.everything().starts_with("HTTP/1.1 403 "));
  BOOST_TEST(server->counters().requests == 0u);
}

BOOST_AUTO_TEST_CASE(an_optional_certificate_leaves_the_choice_to_the_identify_hook) {
  auto options = tls_options();
  options.tls =
      *server_tls({pki().server, pki().server_key, pki().ca}, ClientCertificate::optional);
  const auto server = started(options, [](Request request, Responder responder) {
    responder.send(text_response(200, "<" + request.peer->identity.name + ">"));
  });
  RawPeer nobody(server->port(), RawPeer::Kind::tls_anonymous);
  nobody.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(nobody.head_and_body().ends_with("<>\n"));
  BOOST_TEST(ask(client_options(*server))->body == "<appliance-7>\n");
}

BOOST_AUTO_TEST_CASE(a_resumed_session_keeps_its_identity) {
  const auto server = started(tls_options(), [](Request request, Responder responder) {
    responder.send(text_response(200, request.peer->identity.name));
  });
  RawPeer first(server->port(), RawPeer::Kind::tls);
  first.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(first.head_and_body().ends_with("appliance-7\n"));  // the ticket came before it
  SSL_SESSION* session = SSL_get1_session(first.tls());
  RawPeer second(server->port(), RawPeer::Kind::tls_anonymous, session);
  SSL_SESSION_free(session);
  BOOST_TEST(SSL_session_reused(second.tls()) == 1);
  second.say("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  BOOST_TEST(second.head_and_body().ends_with("appliance-7\n"));
}

BOOST_AUTO_TEST_CASE(a_tls_context_names_the_file_that_is_wrong) {
  const auto with = [](TlsFiles files) {
    const auto context = server_tls(files, ClientCertificate::required);
    return context ? std::string("accepted") : context.error().text;
  };
  BOOST_TEST(with({"/nowhere/c.pem", pki().server_key, pki().ca}).find("/nowhere/c.pem") !=
             std::string::npos);
  BOOST_TEST(with({pki().server, pki().client_key, pki().ca}).find(pki().client_key) !=
             std::string::npos);
  BOOST_TEST(with({pki().server, pki().server_key, "/nowhere/ca.pem"}).find("/nowhere/ca.pem") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::http::test
