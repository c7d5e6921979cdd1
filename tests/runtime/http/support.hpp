#pragma once
// What the tests of runtime/http share: a folder with real certificates, a peer that says
// exactly the bytes it is told to, and a server that answers exactly the bytes it is told to.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <openssl/ssl.h>

#include "runtime/files/files.hpp"
#include "runtime/http/client.hpp"
#include "runtime/http/server.hpp"

namespace drydock::http::test {

class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, std::string_view bytes) const;

 private:
  std::string path_;
};

// Certificates for the whole test program, made once. Servers are named 127.0.0.1.
struct Pki {
  TempFolder folder;
  std::string ca, server, server_key, client, client_key;
  std::string foreign_ca, foreign_client, foreign_client_key, misnamed, misnamed_key;
  Pki();
};
const Pki& pki();

std::string common_name(X509* certificate);  // "" for nullptr

ServerOptions tls_options();  // mutual, one thread, identity = common name as std::string
std::unique_ptr<Server> started(ServerOptions options, Handler handler);
// Answers 200 with the method, the target and the body.
void echo(Request request, Responder responder);

ClientOptions client_options(const Server& server);  // the good client's
std::unique_ptr<Client> client_of(const Server& server);

// A blocking client socket; every wait ends after ten seconds at the latest.
class RawPeer {
 public:
  enum class Kind { plain, tls, tls_anonymous };
  RawPeer(std::uint16_t port, Kind kind, SSL_SESSION* resume = nullptr);
  ~RawPeer();
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void say(std::string_view bytes);
  std::string head_and_body();  // one response with a Content-Length
  std::string everything();     // until the server closes; "" when it closed at once
  SSL* tls() { return tls_; }

 private:
  std::string some();

  files::UniqueFd fd_;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  std::string rest_;
};

// Listens on a free port and runs the script for each connection, one after the other. The script
// gets the descriptor; it is closed afterwards.
class FakeServer {
 public:
  explicit FakeServer(std::function<void(int)> script);
  ~FakeServer();
  std::string url() const;

 private:
  files::UniqueFd fd_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};
void say(int fd, std::string_view bytes);
void read_request(int fd);     // until an empty line
void wait_for_hangup(int fd);  // until the peer closes

}  // namespace drydock::http::test
