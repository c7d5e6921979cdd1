#pragma once
// Packets between the agent and root-helper: AF_UNIX SOCK_SEQPACKET, at most helper_packet_max
// bytes, with at most one descriptor beside them. Any thread; one packet at a time on one socket.
#include <string>
#include <string_view>

#include "runtime/files/files.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

struct Packet {
  std::string bytes;
  files::UniqueFd attached;  // empty when the sender sent none
};

// A peer that does not read is timed_out (a non-blocking or time-limited socket), one that is gone
// is unreachable. attached stays the caller's; -1 sends none.
Status send_packet(int socket, std::string_view bytes, int attached = -1);

// unreachable at the end of the connection; no_space for a longer packet, which is lost;
// malformed when more than one descriptor came with it (they are closed).
Result<Packet> receive_packet(int socket);

// A document too large for a packet, as a file in memory to send along; and its bytes on the other
// side, refused when they are more than limit or the descriptor is no plain file.
Result<files::UniqueFd> make_memory_file(std::string_view bytes);
Result<std::string> read_memory_file(int fd, std::size_t limit);

}  // namespace drydock::boot
