#include "runtime/http/transport.hpp"

#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <openssl/err.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::http {
namespace {
int int_size(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

Moved socket_outcome(ssize_t n, Io when_full, std::string& failure) {
  if (n > 0) return {Io::done, static_cast<std::size_t>(n)};
  if (n == 0) return {Io::closed};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {when_full};
  failure = std::strerror(errno);
  return {Io::failed};
}
}  // namespace

Transport::Transport(int fd, SSL_CTX* context) : fd_(fd) {
  if (context == nullptr) return;
  tls_ = SSL_new(context);
  ASSERT(tls_ != nullptr);  // only memory can be missing
  ASSERT(SSL_set_fd(tls_, fd_) == 1);
  // A partial write reports each record as it leaves, and a retry may come from another buffer.
  SSL_set_mode(tls_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_read_ahead(tls_, 1);  // one read(2) a record instead of two
  SSL_set_accept_state(tls_);
}

Transport::~Transport() {
  if (tls_ != nullptr) SSL_free(tls_);
}

Io Transport::outcome(int returned) {
  const int code = SSL_get_error(tls_, returned);
  if (code == SSL_ERROR_WANT_READ) return Io::wants_read;
  if (code == SSL_ERROR_WANT_WRITE) return Io::wants_write;
  if (code == SSL_ERROR_ZERO_RETURN) return Io::closed;
  const unsigned long reason = ERR_peek_last_error();
  if (ERR_GET_REASON(reason) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return Io::closed;
  if (reason == 0) {
    failure_ = errno != 0 ? std::strerror(errno) : "hung up";
    return Io::failed;
  }
  char text[256];
  ERR_error_string_n(reason, text, sizeof text);
  failure_ = text;
  return Io::failed;
}

Io Transport::handshake() {
  if (tls_ == nullptr) return Io::done;
  ERR_clear_error();
  errno = 0;
  const int n = SSL_do_handshake(tls_);
  return n == 1 ? Io::done : outcome(n);
}

Moved Transport::read(char* into, std::size_t space) {
  if (tls_ == nullptr) return socket_outcome(::recv(fd_, into, space, 0), Io::wants_read, failure_);
  ERR_clear_error();
  errno = 0;
  const int n = SSL_read(tls_, into, int_size(space));
  return n > 0 ? Moved{Io::done, static_cast<std::size_t>(n)} : Moved{outcome(n)};
}

Moved Transport::write(std::string_view bytes) {
  ASSERT(!bytes.empty());
  if (tls_ == nullptr)
    return socket_outcome(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), Io::wants_write,
                          failure_);
  ERR_clear_error();
  errno = 0;
  const int n = SSL_write(tls_, bytes.data(), int_size(bytes.size()));
  return n > 0 ? Moved{Io::done, static_cast<std::size_t>(n)} : Moved{outcome(n)};
}

void Transport::end_sending() {
  ERR_clear_error();
  // After a failed handshake the alert is already on its way and there is no session to close.
  if (tls_ != nullptr && SSL_is_init_finished(tls_)) SSL_shutdown(tls_);
  ::shutdown(fd_, SHUT_WR);
}

Moved Transport::discard(char* scratch, std::size_t space) {
  return socket_outcome(::recv(fd_, scratch, space, 0), Io::wants_read, failure_);
}

bool Transport::has_buffered_bytes() const { return tls_ != nullptr && SSL_has_pending(tls_); }

X509* Transport::peer_certificate() const {
  return tls_ != nullptr ? SSL_get0_peer_certificate(tls_) : nullptr;
}

}  // namespace drydock::http
