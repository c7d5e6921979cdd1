#pragma once
// The two TLS listeners: TLS 1.3 only, and no peer without a certificate of the right authority.
// Clients go through libcurl and need file paths alone.
#include <string>

#include "runtime/result.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

struct TlsFiles {
  std::string certificate;     // this server's own, PEM
  std::string key;             // its private key, unencrypted PEM
  std::string peer_authority;  // who must have signed the peer's certificate, PEM
};

// How long a session may be resumed. A resumed session does not look at the peer's certificate
// again, so an expired one is good for at most this much longer.
inline constexpr long session_lifetime_s = 2 * 60 * 60;

// Both are shared by all connections of a listener, from any thread. They carry the modes that
// non-blocking sockets need: partial writes, a moving write buffer, released idle buffers.
// Errors: those of the files; mismatch when key and certificate are not a pair.
Result<SslContextPtr> edge_server_context(const TlsFiles& files);
Result<SslContextPtr> operator_server_context(const TlsFiles& files);

}  // namespace drydock::trust
