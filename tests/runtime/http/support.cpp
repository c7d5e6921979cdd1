#include <boost/test/unit_test.hpp>

#include "tests/runtime/http/support.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

namespace drydock::http::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void run(const std::string& command) {
  BOOST_REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command);
}
}  // namespace

TempFolder::TempFolder() {
  char name[] = "/tmp/drydock-http-XXXXXX";
  BOOST_REQUIRE(::mkdtemp(name) != nullptr);
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempFolder::write(const std::string& name, std::string_view bytes) const {
  auto fd = files::open(file(name), O_WRONLY | O_CREAT | O_TRUNC);
  BOOST_REQUIRE(fd.ok());
  BOOST_REQUIRE(files::write_all(fd->get(), bytes, name).ok());
  return file(name);
}

Pki::Pki() {
  const auto authority = [&](const std::string& name) {
    run(
        fmt::format("cd {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                    "-days 2 -subj /CN={} -keyout {}.key -out {}.pem 2>/dev/null",
                    folder.file(""), name, name, name));
    return folder.file(name + ".pem");
  };
  const auto leaf = [&](const std::string& name, const std::string& by, const std::string& san) {
    folder.write(name + ".ext", "subjectAltName=" + san + "\n");
    run(fmt::format(
        "cd {} && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={} "
        "-keyout {}.key -out {}.csr 2>/dev/null && openssl x509 -req -in {}.csr -CA {}.pem "
        "-CAkey {}.key -CAcreateserial -days 2 -extfile {}.ext -out {}.pem 2>/dev/null",
        folder.file(""), name, name, name, name, by, by, name, name));
    return std::pair{folder.file(name + ".pem"), folder.file(name + ".key")};
  };
  ca = authority("ca");
  foreign_ca = authority("foreign-ca");
  std::tie(server, server_key) = leaf("server", "ca", "IP:127.0.0.1");
  std::tie(misnamed, misnamed_key) = leaf("misnamed", "ca", "DNS:elsewhere.example");
  std::tie(client, client_key) = leaf("appliance-7", "ca", "DNS:appliance-7");
  std::tie(foreign_client, foreign_client_key) = leaf("intruder", "foreign-ca", "DNS:intruder");
}

const Pki& pki() {
  static const Pki made;
  return made;
}

std::string common_name(X509* certificate) {
  if (certificate == nullptr) return {};
  char name[128] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

ServerOptions tls_options() {
  auto context =
      server_tls({pki().server, pki().server_key, pki().ca}, ClientCertificate::required);
  BOOST_REQUIRE_MESSAGE(context.ok(), (context.ok() ? "" : context.error().text));
  ServerOptions options;
  options.tls = *context;
  options.identify = [](X509* certificate) -> Result<Identity> {
    const std::string name = common_name(certificate);
    return Identity{name, name};
  };
  return options;
}

std::unique_ptr<Server> started(ServerOptions options, Handler handler) {
  auto server = Server::start(std::move(options), std::move(handler));
  BOOST_REQUIRE_MESSAGE(server.ok(), (server.ok() ? "" : server.error().text));
  return std::move(*server);
}

void echo(Request request, Responder responder) {
  const std::string query = request.query.empty() ? "" : "?" + request.query;
  Response response;
  response.status = 200;
  response.body = request.method + " " + request.path + query + " " + request.body;
  responder.send(std::move(response));
}

ClientOptions client_options(const Server& server) {
  ClientOptions options;
  options.base_url = fmt::format("https://127.0.0.1:{}", server.port());
  options.ca_file = pki().ca;
  options.certificate_file = pki().client;
  options.key_file = pki().client_key;
  return options;
}

std::unique_ptr<Client> client_of(const Server& server) {
  auto client = Client::make(client_options(server));
  BOOST_REQUIRE_MESSAGE(client.ok(), (client.ok() ? "" : client.error().text));
  return std::move(*client);
}

RawPeer::RawPeer(std::uint16_t port, Kind kind, SSL_SESSION* resume)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval limit{10, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const auto address = loopback(port);
  BOOST_REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
                0);
  if (kind == Kind::plain) return;
  context_ = SSL_CTX_new(TLS_client_method());
  if (kind == Kind::tls) {
    BOOST_REQUIRE(SSL_CTX_use_certificate_chain_file(context_, pki().client.c_str()) == 1);
    const auto* key = pki().client_key.c_str();
    BOOST_REQUIRE(SSL_CTX_use_PrivateKey_file(context_, key, SSL_FILETYPE_PEM) == 1);
  }
  tls_ = SSL_new(context_);
  SSL_set_fd(tls_, fd_.get());
  if (resume != nullptr) SSL_set_session(tls_, resume);
  BOOST_REQUIRE(SSL_connect(tls_) == 1);
}

RawPeer::~RawPeer() {
  if (tls_ != nullptr) SSL_free(tls_);
  if (context_ != nullptr) SSL_CTX_free(context_);
}

void RawPeer::say(std::string_view bytes) {
  if (bytes.empty()) return;
  if (tls_ != nullptr)
    SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
  else
    ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);  // the server may have closed
}

std::string RawPeer::some() {
  char bytes[16384];
  const auto n = tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes)
                                 : ::recv(fd_.get(), bytes, sizeof bytes, 0);
  if (n < 0 && tls_ == nullptr)
    BOOST_REQUIRE_MESSAGE(errno != EAGAIN, "the server neither answered nor closed");
  return n > 0 ? std::string(bytes, static_cast<std::size_t>(n)) : std::string();
}

std::string RawPeer::head_and_body() {
  for (;;) {
    const auto end = rest_.find("\r\n\r\n");
    if (end != rest_.npos) {
      const auto field = rest_.find("Content-Length: ");
      const std::size_t length = field < end ? std::stoul(rest_.substr(field + 16)) : 0;
      if (rest_.size() >= end + 4 + length) {
        const std::string one = rest_.substr(0, end + 4 + length);
        rest_.erase(0, one.size());
        return one;
      }
    }
    const auto more = some();
    if (more.empty()) return std::exchange(rest_, {});
    rest_ += more;
  }
}

std::string RawPeer::everything() {
  for (;;) {
    const auto more = some();
    if (more.empty()) return std::exchange(rest_, {});
    rest_ += more;
  }
}

FakeServer::FakeServer(std::function<void(int)> script)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = loopback(0);
  socklen_t length = sizeof address;
  BOOST_REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
  BOOST_REQUIRE(::listen(fd_.get(), 16) == 0);
  ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] {
    for (;;) {
      const files::UniqueFd peer(::accept(fd_.get(), nullptr, nullptr));
      if (!peer) return;
      script(peer.get());
    }
  });
}

FakeServer::~FakeServer() {
  ::shutdown(fd_.get(), SHUT_RDWR);  // wakes accept()
  thread_.join();
}

std::string FakeServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void say(int fd, std::string_view bytes) { ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

void read_request(int fd) {
  std::string seen;
  char c;
  while (!seen.ends_with("\r\n\r\n") && ::recv(fd, &c, 1, 0) == 1) seen += c;
}

void wait_for_hangup(int fd) {
  char bytes[256];
  while (::recv(fd, bytes, sizeof bytes, 0) > 0) {}
}

}  // namespace drydock::http::test
