#pragma once
// An HTTP/1.1 server over TLS or plain TCP: keep-alive, small bodies in memory, files streamed.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "runtime/http/limits.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/responder.hpp"
#include "runtime/http/tls_context.hpp"
#include "runtime/result.hpp"

namespace drydock::http {

// Runs on a server thread and must not block: it answers at once or hands the Responder on.
using Handler = std::function<void(Request, Responder)>;

// Runs on a server thread once a TLS connection, after OpenSSL has verified the chain. The
// certificate is borrowed; nullptr when the peer gave none, which only an optional one allows.
// An error is answered with 403 and its text, and the connection is closed.
using Identify = std::function<Result<Identity>(X509*)>;

struct ServerOptions {
  std::string address = "127.0.0.1:0";  // host:port; port 0 lets the system choose
  int listening = -1;    // a socket that already listens, owned from here on; address is not used
  TlsContext tls;        // null: plain HTTP
  Identify identify;     // may be empty: every peer is anonymous
  unsigned threads = 1;  // 1 to 8; connections are dealt out in turn
  Limits limits;
};

struct Counters {  // since start; each is read by itself, not as one snapshot
  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_turned_away = 0;  // over connections_max
  std::uint64_t accept_pauses = 0;            // out of descriptors or memory
  std::uint64_t handshakes_failed = 0;
  std::uint64_t requests = 0;  // that reached the handler
  std::uint64_t refused = 0;   // answered 4xx here, before the handler
};

class Server {
 public:
  // Listens and serves on its own threads, which take no signals. malformed for a bad address or
  // option, io or refused when the system does not let it listen.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  ~Server();  // stop()

  std::uint16_t port() const;
  Counters counters() const;
  // Closes every connection and joins the threads. From any thread but a server thread; a second
  // call does nothing. The handler is destroyed; a Responder may outlive the server.
  void stop();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drydock::http
