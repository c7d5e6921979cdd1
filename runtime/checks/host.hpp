#pragma once
// What the healer can observe of its host. Whole numbers only; what cannot be observed is an Error
// or unknown, never a good value. Every function may block on the host: for worker threads.
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/checks/command.hpp"
#include "runtime/clock/host_clock.hpp"
#include "runtime/result.hpp"

namespace drydock::checks {

struct DiskUse {
  std::int32_t used_permille = 1000;    // of what an unprivileged writer may fill, rounded up
  std::int32_t inodes_permille = 1000;  // likewise; 0 on a filesystem that counts none
  std::uint64_t free_bytes = 0;         // for an unprivileged writer
};
// The filesystem that holds `path`.
Result<DiskUse> disk_use(const std::string& path);

struct ClockUse {
  bool synchronised = false;
  std::int64_t offset_us = 0;     // what is being slewed away, signed
  std::int64_t max_error_us = 0;  // the kernel's own bound on its error
};
ClockUse clock_use(const clock::HostClock& host);

// pass: a process with this name (as in /proc/PID/comm, at most 15 characters) runs; zombies do not
// count. fail: none does. unknown: the process table cannot be read, is larger than we look at, or
// hides other users' processes (ProtectProc=invisible): then the one that is asked for may run.
Finished process_by_name(const std::string& name, const std::string& proc = "/proc");

// pass: the process whose number the file holds runs. fail: it does not, or there is no such file.
// unknown: the file cannot be read or holds no number. A process that the process table hides still
// is there when it could be signalled; whether it is a zombie cannot be told then.
Finished process_by_pid_file(const std::string& path, const std::string& proc = "/proc");

// Asks the service manager with `ask` and the unit's name added, such as {"systemctl", "is-active",
// "--quiet"}: exit 0 is pass; 3 and 4, its codes for inactive and for no such unit, are fail; all
// else is unknown.
Finished unit_active(std::vector<std::string> ask, const std::string& unit, Duration timeout);

}  // namespace drydock::checks
