#pragma once
// Listening sockets that the service manager opened before it started this program: a port below
// 1024 then takes no privilege, and connections wait while the program starts again.
// The protocol is that of sd_listen_fds(3).
#include <map>
#include <string>

#include "runtime/files/files.hpp"
#include "runtime/result.hpp"

namespace drydock::http {

using HandedOver = std::map<std::string, files::UniqueFd>;  // by FileDescriptorName=

struct HandedOverSaid {  // the three variables; empty where one is not set
  std::string pid, count, names;
};

inline constexpr int handed_over_first = 3;
inline constexpr int handed_over_max = 16;

// Nothing when it was said to another process or to none; malformed for what no service manager
// says. `self` is this process.
Result<HandedOver> handed_over(const HandedOverSaid& said, int self, int first);

// What was handed to this process, once: the variables are removed, so that no child believes
// them. Before any thread runs, since it changes the environment.
Result<HandedOver> handed_over_sockets();

}  // namespace drydock::http
