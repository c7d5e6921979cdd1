#pragma once
// What the healer watches and what it may do about it. How often it looks, how many bad looks it
// takes and how many remedies it tries are the healer's decisions (actors/healer/machine.hpp).
#include <optional>
#include <string>
#include <vector>

#include "runtime/config/units.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/remedies/remedies.hpp"

namespace drydock::config {

struct DiskWatch {
  std::string path = "/var/lib/msp";  // the filesystem that holds it
  Permille used_max{900};             // above is drift
  Permille inodes_max{900};
};

struct ClockWatch {
  Duration offset_max = seconds(5);  // more, or a clock that is not synchronised, is drift
};

struct ProcessWatch {    // at least one of unit, pid_file and name is set
  std::string unit;      // what the remedy restarts
  std::string pid_file;  // when set, the process is looked for by this file;
  std::string name;      // when set, by its name; with neither, the service manager is asked
  remedies::Kind remedy = remedies::Kind::none;
};

struct HealerConfig {
  DiskWatch disk;
  ClockWatch clock;
  std::optional<ProcessWatch> process;  // none: no process is watched
  // How the service manager is asked for a unit; its name is added.
  std::vector<std::string> unit_query{"systemctl", "is-active", "--quiet"};
};

}  // namespace drydock::config
