#include "runtime/http/listener.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "runtime/http/url.hpp"

namespace drydock::http {
namespace {
constexpr unsigned accepts_a_turn_max = 64;
constexpr int backlog = 4096;  // the kernel lowers it to net.core.somaxconn

std::string address_text(const sockaddr_storage& address, socklen_t length) {
  char host[NI_MAXHOST], port[NI_MAXSERV];
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), length, host, sizeof host, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "unknown";
  if (address.ss_family == AF_INET6) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

std::uint16_t port_of(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

Result<std::uint16_t> bound_port(int fd, const std::string& name) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) != 0)
    return files::last_error("looking at the port of", name);
  return port_of(bound);
}

Result<ListeningSocket> listen_at(const addrinfo& info, const std::string& name) {
  files::UniqueFd fd(
      ::socket(info.ai_family, info.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, info.ai_protocol));
  if (!fd) return files::last_error("making a socket for", name);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), info.ai_addr, info.ai_addrlen) != 0)
    return files::last_error("binding", name);
  if (::listen(fd.get(), backlog) != 0) return files::last_error("listening on", name);
  auto port = bound_port(fd.get(), name);
  if (!port) return port.error();
  return ListeningSocket{std::move(fd), *port};
}

bool listens_for_tcp(int fd) {
  int listens = 0, protocol = 0;
  socklen_t length = sizeof listens;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0 || listens == 0)
    return false;
  length = sizeof protocol;
  return ::getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) == 0 &&
         protocol == IPPROTO_TCP;
}
}  // namespace

Result<ListeningSocket> take_over(int fd) {
  files::UniqueFd owned(fd);
  const std::string name = fmt::format("descriptor {}", fd);
  if (!listens_for_tcp(fd))
    return Error{ErrorKind::malformed,
                 fmt::format("{} is no listening TCP socket; see ListenStream= in its unit", name)};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
    return files::last_error("taking over", name);
  auto port = bound_port(fd, name);
  if (!port) return port.error();
  return ListeningSocket{std::move(owned), *port};
}

Result<ListeningSocket> listen_on(const std::string& address) {
  const auto where = parse_host_port(address);
  if (!where) return where.error();
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const int code =
      ::getaddrinfo(where->host.c_str(), std::to_string(where->port).c_str(), &hints, &found);
  if (code != 0)
    return Error{ErrorKind::malformed, fmt::format("address {}: {}", address, gai_strerror(code))};
  auto socket = listen_at(*found, address);
  ::freeaddrinfo(found);
  return socket;
}

Listener::Listener(ListeningSocket socket, std::vector<std::shared_ptr<Worker>>& workers)
    : workers_(workers),
      shared_(workers[0]->shared()),
      socket_(std::move(socket)),
      descriptor_(workers[0]->io()),
      timer_(workers[0]->io()) {}

Status Listener::start() {
  boost::system::error_code code;
  descriptor_.assign(socket_.fd.get(), code);
  if (code) return Error{ErrorKind::io, "watching the listening socket: " + code.message()};
  socket_.fd.release();
  wait();
  return Done{};
}

void Listener::request_stop() {
  boost::asio::post(workers_[0]->io(), [this] {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    timer_.cancel();
  });
}

void Listener::wait() {
  descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                         [this](const boost::system::error_code& code) {
                           if (!code) accept_some();
                         });
}

void Listener::accept_some() {
  for (unsigned n = 0; n < accepts_a_turn_max; ++n) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    files::UniqueFd fd(::accept4(descriptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                                 &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        return pause(errno);
      continue;  // a peer that gave up while it queued
    }
    if (shared_.open >= shared_.options.limits.connections_max) {
      ++shared_.turned_away;
      continue;
    }
    ++shared_.open;
    ++shared_.accepted;
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    workers_[next_]->adopt(std::move(fd), address_text(peer, length));
    next_ = (next_ + 1) % workers_.size();
  }
  wait();
}

// Asking again at once would spin: the queued connection stays and the socket stays readable.
void Listener::pause(int reason) {
  ++shared_.accept_pauses;
  spdlog::warn("http: accepting pauses: {}", std::strerror(reason));
  timer_.expires_after(shared_.options.limits.accept_pause);
  timer_.async_wait([this](const boost::system::error_code& code) {
    if (!code && descriptor_.is_open()) wait();
  });
}

}  // namespace drydock::http
