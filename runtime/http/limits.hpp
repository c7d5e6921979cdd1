#pragma once
// Every bound of a server, by name. Times are measured on the steady clock and noticed within a
// quarter of the shortest of them (half a second at most).
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace drydock::http {

struct Limits {
  std::uint32_t connections_max = 20'000;  // lowered to what the process may open, less 128
  std::uint32_t header_bytes_max = 8 * 1024;
  std::uint32_t header_lines_max = 64;
  std::uint32_t body_bytes_max = 64 * 1024;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds idle_timeout{120'000};    // between two requests
  std::chrono::milliseconds request_timeout{30'000};  // from its first byte to its last
  std::chrono::milliseconds answer_timeout{30'000};   // the handler's time; then 503
  std::chrono::milliseconds send_timeout{30'000};     // without the peer taking a byte
  std::chrono::milliseconds drain_timeout{2'000};     // for the peer to read a refusal and hang up
  std::chrono::milliseconds accept_pause{100};        // after the system ran out of descriptors
  std::uint64_t file_bytes_per_second_max = 0;        // of all file bodies together; 0: no limit
};

}  // namespace drydock::http
