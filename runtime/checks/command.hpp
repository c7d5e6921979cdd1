#pragma once
// Runs one check as a process of its own: no shell, a time limit, bounded output. The outcome is
// what the exit code says and unknown for everything else.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"

namespace drydock::checks {

enum class Outcome : std::uint8_t { unknown = 0, pass = 1, fail = 2 };

inline constexpr std::size_t kOutputMax = 4096;          // the last bytes are kept
inline constexpr Duration kTerminateGrace = seconds(1);  // between SIGTERM and SIGKILL
inline constexpr Duration kTimeoutMax = minutes(10);     // a longer wish is cut to this

struct Command {
  std::vector<std::string> argv;  // argv[0]: a path, or a name looked up in PATH
  Duration timeout = seconds(10);
};

struct Finished {
  Outcome outcome = Outcome::unknown;
  std::string reason;  // one line for a person: "exit code 1", "no end within 2000 ms", ...
  std::optional<std::int32_t> exit_code;  // none when it was not started or ended by a signal
  std::string output;  // the end of stdout and stderr together, at most kOutputMax bytes
};

// Exit 0 is pass, 1 is fail; any other code, a signal, the time limit and a program that cannot be
// started are unknown. The process leads a group of its own; at the time limit the group gets
// SIGTERM and kTerminateGrace later SIGKILL, and after the end of the leader whatever is left of
// the group is killed, so nothing of it stays. stdin is /dev/null, the folder is /, the environment
// is ours, no other descriptor is passed on. Blocks its caller for at most timeout +
// kTerminateGrace and the end of the killed process: for worker threads only. Safe from several
// threads at once.
Finished run(const Command& command);

}  // namespace drydock::checks
