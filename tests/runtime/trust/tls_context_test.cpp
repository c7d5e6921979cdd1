#include "runtime/trust/tls_context.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

#include "runtime/trust/keys.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/pki.hpp"
#include "tests/runtime/trust/handshake.hpp"
#include "tests/runtime/trust/temporary_folder.hpp"

namespace drydock::trust {

namespace {

constexpr Validity good{test_now_s - 1000, test_now_s + 1000};
constexpr Validity expired{test_now_s - 1000, test_now_s - 1};
constexpr Validity not_yet{test_now_s + 1, test_now_s + 1000};
const ApplianceIdentity appliance{"clinic", {7}};
const OperatorIdentity maria{"maria", Role::approver, "clinic"};

// Both authorities, both listeners with their files, and the clients that a test asks for.
struct Listeners {
  TemporaryFolder folder;
  CertificateAuthority appliance_ca = made("Appliance CA");
  CertificateAuthority operator_ca = made("Operator CA");
  TlsFiles edge_files = server_files(appliance_ca, "edge");
  TlsFiles operator_files = server_files(operator_ca, "operator");
  SslContextPtr edge = listener(edge_server_context(edge_files));
  SslContextPtr operators = listener(operator_server_context(operator_files));

  static CertificateAuthority made(const char* name) {
    auto authority = CertificateAuthority::create(name, good);
    BOOST_REQUIRE(authority);
    return std::move(*authority);
  }
  TlsFiles server_files(const CertificateAuthority& authority, const std::string& name) {
    const auto issued = authority.issue_server({name, {"edge.example.org"}, {"127.0.0.1"}}, good);
    BOOST_REQUIRE(issued);
    return {folder.put(name + ".crt", issued->certificate_pem),
            folder.put(name + ".key", issued->key_pem),
            folder.put(name + "-ca.crt", authority.certificate_pem())};
  }
  static SslContextPtr listener(Result<SslContextPtr> context) {
    BOOST_REQUIRE(context);
    set_test_time(**context);
    return std::move(*context);
  }
  // A client that trusts the server of this listener, with the certificate given.
  SslContextPtr client_of(const CertificateAuthority& server_authority,
                          const Result<IssuedCertificate>& issued) const {
    BOOST_REQUIRE(issued);
    return client_context(
        {issued->certificate_pem, issued->key_pem, server_authority.certificate_pem()});
  }
};

struct Connected : Handshake {
  Connected(const SslContextPtr& server, const SslContextPtr& client,
            const std::string& host = "edge.example.org", SSL_SESSION* resumed = nullptr)
      : Handshake(*server, *client, host, resumed) {}
};

void share_ticket_keys(SSL_CTX& from, SSL_CTX& to) {
  std::string keys(static_cast<std::size_t>(SSL_CTX_get_tlsext_ticket_keys(&from, nullptr, 0)),
                   '\0');
  BOOST_REQUIRE(SSL_CTX_get_tlsext_ticket_keys(&from, keys.data(), keys.size()) == 1);
  BOOST_REQUIRE(SSL_CTX_set_tlsext_ticket_keys(&to, keys.data(), keys.size()) == 1);
}

void server_refuses(const SslContextPtr& server, const SslContextPtr& client, long verdict) {
  const Connected connection(server, client);
  BOOST_TEST(!connection.server_done());
  BOOST_TEST(SSL_get_verify_result(&connection.server()) == verdict);
  BOOST_TEST(!peer_appliance(connection.server()).ok());
  BOOST_TEST(!peer_operator(connection.server()).ok());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(trust_tls_context, Listeners)

BOOST_AUTO_TEST_CASE(appliance_with_its_certificate_reaches_the_edge_and_is_known_by_it) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, good));
  const Connected connection(edge, client);
  BOOST_REQUIRE(connection.server_done());
  BOOST_REQUIRE(connection.client_done());
  BOOST_TEST(SSL_version(&connection.server()) == TLS1_3_VERSION);
  const auto peer = peer_appliance(connection.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST((*peer == appliance));
  BOOST_TEST(!peer_operator(connection.server()).ok());
}

BOOST_AUTO_TEST_CASE(operator_with_its_certificate_reaches_the_operator_server) {
  const auto client = client_of(operator_ca, operator_ca.issue_operator(maria, good));
  const Connected connection(operators, client, "127.0.0.1");
  BOOST_REQUIRE(connection.server_done());
  const auto peer = peer_operator(connection.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST((*peer == maria));
  BOOST_TEST(!peer_appliance(connection.server()).ok());
}

BOOST_AUTO_TEST_CASE(certificate_of_one_appliance_does_not_carry_the_claim_of_another) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, good));
  const Connected connection(edge, client);
  const auto peer = peer_appliance(connection.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST(!check_claim(*peer, {"clinic", {8}}).ok());
}

BOOST_AUTO_TEST_CASE(expired_certificate_is_refused_in_the_handshake) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, expired));
  server_refuses(edge, client, X509_V_ERR_CERT_HAS_EXPIRED);
}

BOOST_AUTO_TEST_CASE(certificate_that_is_not_good_yet_is_refused_in_the_handshake) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, not_yet));
  server_refuses(edge, client, X509_V_ERR_CERT_NOT_YET_VALID);
}

BOOST_AUTO_TEST_CASE(certificate_of_a_foreign_authority_is_refused_in_the_handshake) {
  const auto foreign = made("Foreign CA");
  const auto client = client_of(appliance_ca, foreign.issue_appliance(appliance, good));
  server_refuses(edge, client, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

BOOST_AUTO_TEST_CASE(certificate_of_a_foreign_authority_of_the_same_name_is_refused) {
  const auto foreign = made("Appliance CA");
  const auto client = client_of(appliance_ca, foreign.issue_appliance(appliance, good));
  const Connected connection(edge, client);
  BOOST_TEST(!connection.server_done());
}

BOOST_AUTO_TEST_CASE(
    operator_certificate_is_refused_at_the_edge_and_an_appliance_at_the_operator_server) {
  const auto as_operator = client_of(appliance_ca, operator_ca.issue_operator(maria, good));
  server_refuses(edge, as_operator, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  const auto as_appliance = client_of(operator_ca, appliance_ca.issue_appliance(appliance, good));
  server_refuses(operators, as_appliance, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
}

BOOST_AUTO_TEST_CASE(server_certificate_is_refused_as_a_client_in_the_handshake) {
  const auto client =
      client_of(appliance_ca, appliance_ca.issue_server({"edge", {"edge.example.org"}, {}}, good));
  server_refuses(edge, client, X509_V_ERR_INVALID_PURPOSE);
}

BOOST_AUTO_TEST_CASE(peer_that_tls_did_not_verify_has_no_identity) {
  SSL_CTX_set_verify(edge.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  const auto foreign = made("Foreign CA");
  const auto client = client_of(appliance_ca, foreign.issue_appliance(appliance, good));
  const Connected connection(edge, client);
  BOOST_REQUIRE(connection.server_done());
  const auto peer = peer_appliance(connection.server());
  BOOST_REQUIRE(!peer);
  BOOST_TEST((peer.error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(authority_below_the_appliance_authority_issues_nobody) {
  BOOST_TEST(X509_get_pathlen(const_cast<X509*>(&appliance_ca.certificate())) == 0);
  CertificateShape shape;
  shape.subject = {{"CN", "Appliance CA 2"}};
  shape.use = CertificateUse::authority;
  shape.validity = good;
  const auto issued = appliance_ca.issue(shape);
  BOOST_REQUIRE(issued);
  const auto below = CertificateAuthority::load(folder.put("below.crt", issued->certificate_pem),
                                                folder.put("below.key", issued->key_pem));
  BOOST_REQUIRE(below);
  const auto client = client_of(appliance_ca, below->issue_appliance(appliance, good));
  BOOST_REQUIRE(SSL_CTX_add1_chain_cert(client.get(), const_cast<X509*>(&below->certificate())) ==
                1);
  const Connected connection(edge, client);
  BOOST_TEST(!connection.server_done());
}

BOOST_AUTO_TEST_CASE(client_without_a_certificate_is_refused_in_the_handshake) {
  const auto client = client_context({{}, {}, appliance_ca.certificate_pem()});
  const Connected connection(edge, client);
  BOOST_TEST(!connection.server_done());
  BOOST_TEST(!peer_appliance(connection.server()).ok());
}

BOOST_AUTO_TEST_CASE(client_that_speaks_at_most_tls_1_2_is_refused) {
  const auto issued = appliance_ca.issue_appliance(appliance, good);
  BOOST_REQUIRE(issued);
  ClientFiles files{issued->certificate_pem, issued->key_pem, appliance_ca.certificate_pem()};
  files.tls_version_max = TLS1_2_VERSION;
  const Connected connection(edge, client_context(files));
  BOOST_TEST(!connection.server_done());
  BOOST_TEST(!connection.client_done());
}

BOOST_AUTO_TEST_CASE(client_refuses_a_server_of_another_name_or_authority) {
  const auto issued = appliance_ca.issue_appliance(appliance, good);
  const Connected by_name(edge, client_of(appliance_ca, issued), "other.example.org");
  BOOST_TEST(!by_name.client_done());
  const Connected by_address(edge, client_of(appliance_ca, issued), "127.0.0.2");
  BOOST_TEST(!by_address.client_done());
  const Connected by_authority(edge, client_of(operator_ca, issued));
  BOOST_TEST(!by_authority.client_done());
}

BOOST_AUTO_TEST_CASE(session_is_resumed_and_still_knows_the_appliance) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, good));
  Connected first(edge, client);
  BOOST_REQUIRE(first.server_done());
  const auto session = first.session_after_a_byte();
  BOOST_TEST(SSL_SESSION_get_ticket_lifetime_hint(session.get()) ==
             static_cast<unsigned long>(session_lifetime_s));
  const Connected second(edge, client, "edge.example.org", session.get());
  BOOST_REQUIRE(second.server_done());
  BOOST_TEST(SSL_session_reused(&second.server()) == 1);
  const auto peer = peer_appliance(second.server());
  BOOST_REQUIRE(peer);
  BOOST_TEST((*peer == appliance));
}

BOOST_AUTO_TEST_CASE(session_of_one_listener_is_not_resumed_at_the_other) {
  const auto client = client_of(appliance_ca, appliance_ca.issue_appliance(appliance, good));
  Connected first(edge, client);
  BOOST_REQUIRE(first.server_done());
  const auto session = first.session_after_a_byte();
  share_ticket_keys(*edge, *operators);  // or the ticket would not even be readable there
  const Connected second(operators, client, "edge.example.org", session.get());
  BOOST_TEST(!second.server_done());
}

BOOST_AUTO_TEST_CASE(listener_says_which_of_its_files_is_wrong) {
  auto files = edge_files;
  files.key = operator_files.key;
  const auto foreign_key = edge_server_context(files);
  BOOST_REQUIRE(!foreign_key);
  BOOST_TEST((foreign_key.error().kind == ErrorKind::mismatch));
  BOOST_TEST(foreign_key.error().text.find("operator.key") != std::string::npos);

  files = edge_files;
  files.peer_authority = folder / "none.crt";
  const auto missing = edge_server_context(files);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().kind == ErrorKind::not_found));
  BOOST_TEST(missing.error().text.find("none.crt") != std::string::npos);

  files.peer_authority = edge_files.certificate;
  const auto no_authority = edge_server_context(files);
  BOOST_REQUIRE(!no_authority);
  BOOST_TEST((no_authority.error().kind == ErrorKind::refused));

  files = edge_files;
  files.certificate = folder.put("bad.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  const auto malformed = edge_server_context(files);
  BOOST_REQUIRE(!malformed);
  BOOST_TEST((malformed.error().kind == ErrorKind::malformed));
  BOOST_TEST(malformed.error().text.find("bad.crt") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::trust
