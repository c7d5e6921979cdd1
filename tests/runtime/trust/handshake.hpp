#pragma once
// A whole TLS connection inside the test: both ends over a BIO pair, in one thread, at a time that
// the test sets.
#include <boost/test/unit_test.hpp>
#include <string>

#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

inline constexpr std::int64_t test_now_s = 1'800'000'000;

struct ClientFiles {
  std::string certificate_pem;  // empty: a client without a certificate
  std::string key_pem;
  std::string server_authority_pem;
  std::string host = "edge.example.org";
  int tls_version_max = TLS1_3_VERSION;
};

SslContextPtr client_context(const ClientFiles& files);

// Makes a context judge certificates at test_now_s and not by the real clock.
void set_test_time(SSL_CTX& context);

class Handshake {
 public:
  // `resumed` may be null. Runs until both ends are done or one has failed.
  Handshake(SSL_CTX& server, SSL_CTX& client, const std::string& host, SSL_SESSION* resumed);
  bool server_done() const { return server_done_; }
  bool client_done() const { return client_done_; }
  const SSL& server() const { return *server_; }
  const SSL& client() const { return *client_; }
  // One byte from the server, so that the client also reads the ticket before it.
  SslSessionPtr session_after_a_byte();

 private:
  SslPtr server_, client_;
  bool server_done_ = false, client_done_ = false;
};

}  // namespace drydock::trust
