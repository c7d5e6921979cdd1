#pragma once
// root-helper's door: a local socket, the peer's uid checked, one request at a time.
// Single-threaded.
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "runtime/boot/helper/helper.hpp"
#include "runtime/files/files.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

inline constexpr std::size_t helper_connections_max = 4;
inline constexpr int listen_backlog = 8;

// The socket systemd passed (sd_listen_fds(3)); not_found when it passed none, refused when it is
// not one AF_UNIX SOCK_SEQPACKET socket.
Result<files::UniqueFd> inherited_socket();
// Makes the socket file with mode 0666 (the peer's uid is checked, not the file's); a socket left
// over by an earlier run is replaced.
Result<files::UniqueFd> listen_on(const std::string& path);

class Server {
 public:
  using Log = std::function<void(const std::string& line)>;
  // allowed: the uids whose requests are served. log: told of every request but a mere status.
  Server(files::UniqueFd listener, std::vector<uid_t> allowed, Helper& helper, Log log);

  // Serves until `stop` (a descriptor) becomes readable. An Error is the listener's own.
  Status run(int stop);

 private:
  void accept_one();
  // False when the connection is to be closed.
  bool serve_one(int connection);

  files::UniqueFd listener_;
  std::vector<uid_t> allowed_;
  Helper& helper_;
  Log log_;
  std::vector<files::UniqueFd> connections_;
};

}  // namespace drydock::boot
