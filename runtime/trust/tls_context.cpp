#include "runtime/trust/tls_context.hpp"

#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>

#include "runtime/kernel/assert.hpp"
#include "runtime/trust/openssl_error.hpp"
#include "runtime/trust/pem.hpp"

namespace drydock::trust {

namespace {

constexpr int intermediates_max = 0;  // both authorities sign their peers directly
constexpr std::size_t tickets_per_handshake = 1;

Status use_own_certificate(SSL_CTX& context, const TlsFiles& files) {
  auto certificate = read_certificate(files.certificate);
  if (!certificate) return certificate.error();
  auto key = read_private_key(files.key);
  if (!key) return key.error();
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Error{ErrorKind::mismatch,
                 fmt::format("{} is not the key of {}", files.key, files.certificate)};
  }
  if (SSL_CTX_use_certificate(&context, certificate->get()) != 1 ||
      SSL_CTX_use_PrivateKey(&context, key->get()) != 1)
    return openssl_error(ErrorKind::refused, "using " + files.certificate);
  return Done{};
}

Status demand_peer_certificate(SSL_CTX& context, const TlsFiles& files) {
  auto authority = read_certificate(files.peer_authority);
  if (!authority) return authority.error();
  if (X509_check_ca(authority->get()) != 1)
    return Error{ErrorKind::refused,
                 fmt::format("{} is not an authority's certificate", files.peer_authority)};
  X509_STORE* store = SSL_CTX_get_cert_store(&context);
  if (X509_STORE_add_cert(store, authority->get()) != 1 ||
      SSL_CTX_add_client_CA(&context, authority->get()) != 1)
    return openssl_error(ErrorKind::refused, "trusting " + files.peer_authority);
  ASSERT(X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(&context), X509_V_FLAG_X509_STRICT) == 1);
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(&context, intermediates_max);
  return Done{};
}

// Tickets hold the whole session, so that a million appliances cost the server no memory.
// `name` keeps a session of one listener from being resumed at the other, where its certificate
// would never have been accepted.
void allow_resumption(SSL_CTX& context, std::string_view name) {
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(&context, session_lifetime_s);
  ASSERT(SSL_CTX_set_num_tickets(&context, tickets_per_handshake) == 1);
  ASSERT(SSL_CTX_set_session_id_context(&context,
                                        reinterpret_cast<const unsigned char*>(name.data()),
                                        static_cast<unsigned>(name.size())) == 1);
}

Result<SslContextPtr> server_context(const TlsFiles& files, std::string_view name) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context) return openssl_error(ErrorKind::io, "making a TLS context");
  ASSERT(SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1);
  ASSERT(SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) == 1);
  ASSERT(SSL_CTX_set1_groups_list(context.get(), "X25519:P-256") == 1);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (auto s = use_own_certificate(*context, files); !s) return s.error();
  if (auto s = demand_peer_certificate(*context, files); !s) return s.error();
  allow_resumption(*context, name);
  return context;
}

}  // namespace

Result<SslContextPtr> edge_server_context(const TlsFiles& files) {
  return server_context(files, "drydock-edge");
}

Result<SslContextPtr> operator_server_context(const TlsFiles& files) {
  return server_context(files, "drydock-operator");
}

}  // namespace drydock::trust
