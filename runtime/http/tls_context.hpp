#pragma once
// A server's TLS settings: TLS 1.3 alone, resumption by ticket, one CA for the clients.
#include <memory>
#include <string>

#include <openssl/ssl.h>

#include "runtime/result.hpp"

namespace drydock::http {

using TlsContext = std::shared_ptr<SSL_CTX>;

enum class ClientCertificate {
  required,  // the handshake fails without one that the CA signed
  optional,  // none is accepted, a foreign one is not
};

struct TlsFiles {
  std::string certificate;  // PEM, the server's own first, then its intermediates
  std::string key;          // PEM
  std::string client_ca;    // PEM, the only CA whose clients are believed
};

// refused when a file cannot be read or the key does not belong to the certificate.
Result<TlsContext> server_tls(const TlsFiles& files, ClientCertificate clients);

}  // namespace drydock::http
