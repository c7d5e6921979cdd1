#include "runtime/boot/helper_client/helper_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/boot/helper_wire/packet.hpp"

namespace drydock::boot {
namespace {

Status limit_waiting(int socket, Duration limit) {
  const timeval time{limit.value / 1000, limit.value % 1000 * 1000};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
    if (::setsockopt(socket, SOL_SOCKET, option, &time, sizeof time) != 0)
      return files::last_error("limiting", "the helper's socket");
  return Done{};
}

}  // namespace

Result<HelperClient> HelperClient::connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error{ErrorKind::refused, fmt::format("a socket's path has 1 to {} bytes, not {}: {}",
                                                 sizeof address.sun_path - 1, path.size(), path)};
  std::memcpy(address.sun_path, path.data(), path.size());
  files::UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket) return files::last_error("making", "a local socket");
  if (auto s = limit_waiting(socket.get(), helper_answer_limit); !s) return s.error();
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Error{ErrorKind::unreachable, files::last_error("reaching root-helper at", path).text};
  return HelperClient(std::move(socket));
}

Result<HelperReply> HelperClient::ask(const HelperRequest& request, const Envelope* manifest,
                                      Duration limit) {
  files::UniqueFd document;
  if (manifest != nullptr) {
    auto file = make_memory_file(encode(*manifest));
    if (!file) return file.error();
    document = std::move(*file);
  }
  if (auto s = limit_waiting(socket_.get(), limit); !s) return s.error();
  // A refused connection says why and closes. The close shows first (as a reset, if our request
  // was still unread), and the answer lies behind it.
  const Status sent = send_packet(socket_.get(), encode(request), document.get());
  if (!sent && sent.error().kind != ErrorKind::unreachable) return sent.error().in("root-helper");
  auto packet = receive_packet(socket_.get());
  if (!packet && packet.error().kind == ErrorKind::unreachable)
    packet = receive_packet(socket_.get());
  if (!packet) return packet.error().in("root-helper");
  HelperReply reply;
  if (!decode_from(packet->bytes, reply.answer))
    return Error{ErrorKind::malformed, "root-helper's answer does not parse"};
  reply.slot = std::move(packet->attached);
  return reply;
}

Result<HelperReply> HelperClient::status() { return ask(HelperStatus{}); }

Result<HelperReply> HelperClient::open_standby(const Envelope& grant, const Envelope& manifest) {
  auto reply = ask(OpenStandby{grant}, &manifest);
  if (reply && reply->ok() && !reply->slot)
    return Error{ErrorKind::malformed, "root-helper opened the slot and sent no descriptor"};
  return reply;
}

Result<HelperReply> HelperClient::verify(const Envelope& manifest) {
  return ask(VerifyStandby{}, &manifest, read_back_limit);
}

Result<HelperReply> HelperClient::arm(const Envelope& token) { return ask(ArmTrial{token}); }
Result<HelperReply> HelperClient::disarm() { return ask(DisarmTrial{}); }
Result<HelperReply> HelperClient::commit(BootId boot, UpdateId update) {
  return ask(CommitTrial{boot, update});
}
Result<HelperReply> HelperClient::arm_return(UpdateId update) { return ask(ArmReturn{update}); }
Result<HelperReply> HelperClient::excuse(BootId boot, UpdateId update) {
  return ask(ExcuseTrial{boot, update});
}
Result<HelperReply> HelperClient::settle_stub() { return ask(SettleStub{}); }
Result<HelperReply> HelperClient::reboot() { return ask(RebootHost{}); }
Result<HelperReply> HelperClient::restart_unit(const std::string& unit) {
  return ask(RestartUnit{unit});
}

}  // namespace drydock::boot
