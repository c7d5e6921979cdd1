#include "tests/runtime/trust/handshake.hpp"

#include <openssl/err.h>

#include "runtime/trust/pem.hpp"

namespace drydock::trust {

namespace {

constexpr int turns_max = 32;  // a TLS 1.3 handshake takes three

// False once the end has failed.
bool advance(SSL& end, bool& done) {
  if (done) return true;
  const int result = SSL_do_handshake(&end);
  if (result == 1) done = true;
  const int reason = result == 1 ? SSL_ERROR_NONE : SSL_get_error(&end, result);
  ERR_clear_error();
  return reason == SSL_ERROR_NONE || reason == SSL_ERROR_WANT_READ ||
         reason == SSL_ERROR_WANT_WRITE;
}

}  // namespace

void set_test_time(SSL_CTX& context) {
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(&context), test_now_s);
}

SslContextPtr client_context(const ClientFiles& files) {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  BOOST_REQUIRE(context);
  set_test_time(*context);
  SSL_CTX_set_max_proto_version(context.get(), files.tls_version_max);
  const auto authority = certificate_from_pem(files.server_authority_pem);
  BOOST_REQUIRE(authority);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority->get());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (files.certificate_pem.empty()) return context;
  const auto certificate = certificate_from_pem(files.certificate_pem);
  const auto key = private_key_from_pem(files.key_pem);
  BOOST_REQUIRE(certificate);
  BOOST_REQUIRE(key);
  BOOST_REQUIRE(SSL_CTX_use_certificate(context.get(), certificate->get()) == 1);
  BOOST_REQUIRE(SSL_CTX_use_PrivateKey(context.get(), key->get()) == 1);
  return context;
}

Handshake::Handshake(SSL_CTX& server, SSL_CTX& client, const std::string& host,
                     SSL_SESSION* resumed)
    : server_(SSL_new(&server)), client_(SSL_new(&client)) {
  BIO *server_bio = nullptr, *client_bio = nullptr;
  BOOST_REQUIRE(BIO_new_bio_pair(&server_bio, 0, &client_bio, 0) == 1);
  SSL_set_bio(server_.get(), server_bio, server_bio);
  SSL_set_bio(client_.get(), client_bio, client_bio);
  SSL_set_accept_state(server_.get());
  SSL_set_connect_state(client_.get());
  BOOST_REQUIRE(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(client_.get()), host.c_str()) == 1 ||
                SSL_set1_host(client_.get(), host.c_str()) == 1);
  if (resumed != nullptr) BOOST_REQUIRE(SSL_set_session(client_.get(), resumed) == 1);
  for (int i = 0; i < turns_max && !(server_done_ && client_done_); ++i)
    if (!advance(*client_, client_done_) || !advance(*server_, server_done_)) break;
}

SslSessionPtr Handshake::session_after_a_byte() {
  char byte = 'x';
  BOOST_REQUIRE(SSL_write(server_.get(), &byte, 1) == 1);
  BOOST_REQUIRE(SSL_read(client_.get(), &byte, 1) == 1);
  return SslSessionPtr(SSL_get1_session(client_.get()));
}

}  // namespace drydock::trust
