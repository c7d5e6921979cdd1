#include "runtime/boot/helper/server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/boot/helper_wire/packet.hpp"

namespace drydock::boot {
namespace {

constexpr int first_inherited = 3;  // SD_LISTEN_FDS_START
constexpr std::size_t answer_text_max = 1024;

int socket_option(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<files::UniqueFd> inherited_socket() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr || std::to_string(::getpid()) != pid)
    return Error{ErrorKind::not_found, "no socket was passed; start with --listen PATH"};
  files::UniqueFd fd(first_inherited);
  if (std::string_view(count) != "1" || socket_option(fd.get(), SO_DOMAIN) != AF_UNIX ||
      socket_option(fd.get(), SO_TYPE) != SOCK_SEQPACKET ||
      socket_option(fd.get(), SO_ACCEPTCONN) != 1)
    return Error{ErrorKind::refused, "the unit must pass one socket, with ListenSequentialPacket="};
  ::unsetenv("LISTEN_PID");
  ::unsetenv("LISTEN_FDS");
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

Result<files::UniqueFd> listen_on(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error{ErrorKind::refused, fmt::format("a socket's path has 1 to {} bytes, not {}: {}",
                                                 sizeof address.sun_path - 1, path.size(), path)};
  std::memcpy(address.sun_path, path.data(), path.size());
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode)) ::unlink(path.c_str());
  files::UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return files::last_error("making", path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return files::last_error("binding", path);
  if (::chmod(path.c_str(), 0666) != 0) return files::last_error("opening", path);
  if (::listen(fd.get(), listen_backlog) != 0) return files::last_error("listening on", path);
  return fd;
}

Server::Server(files::UniqueFd listener, std::vector<uid_t> allowed, Helper& helper, Log log)
    : listener_(std::move(listener)),
      allowed_(std::move(allowed)),
      helper_(helper),
      log_(std::move(log)) {}

Status Server::run(int stop) {
  for (;;) {
    std::vector<pollfd> waits = {{stop, POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& connection : connections_) waits.push_back({connection.get(), POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return files::last_error("waiting on", "the helper's socket");
    }
    if (waits[0].revents != 0) return Done{};
    if ((waits[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
      return Error{ErrorKind::io, "the helper's socket was closed"};
    for (std::size_t i = connections_.size(); i-- > 0;)
      if (waits[2 + i].revents != 0 && !serve_one(connections_[i].get()))
        connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
    if (waits[1].revents != 0) accept_one();
  }
}

void Server::accept_one() {
  files::UniqueFd connection(
      ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection) return;  // the peer went away again
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = ::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  const bool allowed =
      known && std::find(allowed_.begin(), allowed_.end(), peer.uid) != allowed_.end();
  if (allowed && connections_.size() < helper_connections_max) {
    connections_.push_back(std::move(connection));
    return;
  }
  HelperAnswer answer;
  answer.failure = HelperFailure::refused;
  answer.reason = Reason::helper_refused;
  answer.text = allowed ? fmt::format("more than {} connections are open", helper_connections_max)
                        : fmt::format("uid {} may not ask this helper", peer.uid);
  log_(answer.text);
  (void)send_packet(connection.get(), encode(answer));  // a courtesy; it is closed either way
}

bool Server::serve_one(int connection) {
  auto packet = receive_packet(connection);
  if (!packet && packet.error().kind == ErrorKind::timed_out) return true;  // nothing there yet
  if (!packet && packet.error().kind == ErrorKind::unreachable) return false;
  Helper::Reply reply;
  if (packet) {
    reply = helper_.serve(packet->bytes, packet->attached.get());
  } else {
    reply.answer.failure = HelperFailure::malformed;
    reply.answer.reason = Reason::helper_refused;
    reply.answer.text = packet.error().text;
  }
  reply.answer.text.resize(std::min(reply.answer.text.size(), answer_text_max));
  if (reply.answer.failure != HelperFailure::none)
    log_(fmt::format("{} refused, {}: {}", reply.verb, name_of(reply.answer.reason),
                     reply.answer.text));
  else if (reply.verb != HelperStatus::name)
    log_(fmt::format("{} done", reply.verb));
  // A peer that does not take its answer loses its connection; it would be the same as a lost
  // answer, which every verb bears.
  return send_packet(connection, encode(reply.answer), reply.descriptor.get()).ok() && packet.ok();
}

}  // namespace drydock::boot
