#pragma once
// Bytes over one non-blocking socket, plain or through OpenSSL straight on the descriptor.
// OpenSSL's buffers are released whenever they are empty, so an idle TLS connection stays near
// 23 kB. Nothing here waits: the caller waits for the readiness that a result asks for.
// Used from one thread. A write to a hung-up TLS peer raises SIGPIPE, so that thread blocks it.
#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace drydock::http {

enum class Io {
  done,         // bytes moved, or the handshake is complete
  wants_read,   // call again when the socket is readable
  wants_write,  // call again when it takes bytes
  closed,       // the peer ended its side
  failed,       // reset, garbage or a refused handshake: failure() says which
};

struct Moved {
  Io io;
  std::size_t bytes = 0;
};

class Transport {
 public:
  // The descriptor stays the caller's and outlives this. context is null for plain HTTP.
  Transport(int fd, SSL_CTX* context);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  Io handshake();
  Moved read(char* into, std::size_t space);
  // Called again after wants_*, it must be given the same bytes or more, at any address.
  Moved write(std::string_view bytes);
  // Says goodbye and ends the sending side; bytes already sent still arrive.
  void end_sending();

  // Throws away what has arrived, encrypted or not; done with the count, or how it ended.
  Moved discard(char* scratch, std::size_t space);

  bool has_buffered_bytes() const;  // readiness says nothing about these
  bool is_tls() const { return tls_ != nullptr; }
  X509* peer_certificate() const;  // owned by the connection; nullptr when there is none
  const std::string& failure() const { return failure_; }

 private:
  Io outcome(int returned);

  int fd_;
  SSL* tls_ = nullptr;
  std::string failure_;
};

}  // namespace drydock::http
