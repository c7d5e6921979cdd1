#include "runtime/http/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

namespace drydock::http {
namespace {
Error refused(std::string_view what, const std::string& path) {
  char reason[256] = "unknown reason";
  if (const unsigned long code = ERR_peek_last_error(); code != 0)
    ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  return {ErrorKind::refused, fmt::format("{} {}: {}", what, path, reason)};
}
}  // namespace

Result<TlsContext> server_tls(const TlsFiles& files, ClientCertificate clients) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (!context) return refused("making a TLS context for", files.certificate);
  SSL_CTX* const raw = context.get();
  if (SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1)
    return refused("asking for TLS 1.3 for", files.certificate);
  if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1)
    return refused("loading the certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return refused("loading the key", files.key);
  if (SSL_CTX_check_private_key(raw) != 1)
    return refused("matching the certificate with the key", files.key);
  if (SSL_CTX_load_verify_locations(raw, files.client_ca.c_str(), nullptr) != 1)
    return refused("loading the clients' CA", files.client_ca);
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files.client_ca.c_str());
  if (names == nullptr) return refused("reading the clients' CA", files.client_ca);
  SSL_CTX_set_client_CA_list(raw, names);  // takes the names over
  int verify = SSL_VERIFY_PEER;
  if (clients == ClientCertificate::required) verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(raw, verify, nullptr);
  // Without this OpenSSL refuses to resume a session that carries a client certificate.
  static constexpr unsigned char session_id[] = "drydock";
  SSL_CTX_set_session_id_context(raw, session_id, sizeof session_id - 1);
  // Tickets hold the session, so a server-side cache would only cost memory.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 1);
  return context;
}

}  // namespace drydock::http
