#include "runtime/boot/helper_wire/packet.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "messages/helper.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t descriptors_max = 4;  // room to notice, and to close, more than the one
constexpr std::string_view peer = "the other end of the socket";

Error socket_error(std::string_view what) {
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return {ErrorKind::timed_out, fmt::format("{} {}: it took too long", what, peer)};
  if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
    return {ErrorKind::unreachable, fmt::format("{} {}: it hung up", what, peer)};
  return files::last_error(what, peer);
}

// Takes the first descriptor out of the control data and closes any other; answers how many came.
std::size_t take_descriptors(msghdr& message, files::UniqueFd& first) {
  std::size_t count = 0;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len; at += sizeof(int)) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(c) + at, sizeof fd);
      if (files::UniqueFd owned(fd); ++count == 1) first = std::move(owned);
    }
  }
  return count;
}

}  // namespace

Status send_packet(int socket, std::string_view bytes, int attached) {
  if (bytes.size() > helper_packet_max)
    return Error{ErrorKind::no_space, fmt::format("a packet of {} bytes is longer than {}",
                                                  bytes.size(), helper_packet_max)};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  if (attached >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(c), &attached, sizeof attached);
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) return socket_error("sending to");
  return Done{};
}

Result<Packet> receive_packet(int socket) {
  Packet packet;
  packet.bytes.resize(helper_packet_max);
  iovec part{packet.bytes.data(), packet.bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(descriptors_max * sizeof(int))] = {};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t length = 0;
  while ((length = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0)
    if (errno != EINTR) return socket_error("receiving from");
  const std::size_t descriptors = take_descriptors(message, packet.attached);
  if (length == 0) return Error{ErrorKind::unreachable, fmt::format("{} hung up", peer)};
  if (message.msg_flags & MSG_TRUNC)
    return Error{ErrorKind::no_space,
                 fmt::format("a packet is longer than {} bytes", helper_packet_max)};
  if (descriptors > 1 || message.msg_flags & MSG_CTRUNC)
    return Error{ErrorKind::malformed, "a packet came with more than one descriptor"};
  packet.bytes.resize(static_cast<std::size_t>(length));
  return packet;
}

Result<files::UniqueFd> make_memory_file(std::string_view bytes) {
  files::UniqueFd fd(::memfd_create("document", MFD_CLOEXEC));
  if (!fd) return files::last_error("making", "a file in memory");
  if (auto s = files::write_all(fd.get(), bytes, "a file in memory"); !s) return s.error();
  return fd;
}

Result<std::string> read_memory_file(int fd, std::size_t limit) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) return files::last_error("finding", "the document sent along");
  if (!S_ISREG(about.st_mode))  // a pipe or a device could keep its reader waiting for ever
    return Error{ErrorKind::refused, "the document sent along is not a plain file"};
  auto bytes = files::read_at(fd, limit + 1, 0, "the document sent along");
  if (bytes && bytes->size() > limit)
    return Error{ErrorKind::no_space,
                 fmt::format("the document sent along is longer than {} bytes", limit)};
  return bytes;
}

}  // namespace drydock::boot
