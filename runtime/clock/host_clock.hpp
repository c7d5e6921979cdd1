#pragma once
// The one place that reads the host's clocks. Everything else is given a HostClock, so that a test
// can hold the hands. Safe from any thread; nothing here blocks.
#include <cstdint>
#include <functional>

#include "runtime/kernel/time.hpp"

namespace drydock::clock {

// What the kernel says of the discipline of its clock (adjtimex). Default: not synchronised.
struct KernelSync {
  bool synchronised = false;
  std::int64_t offset_us = 0;     // what is still being slewed away
  std::int64_t max_error_us = 0;  // the kernel's bound on the error of the wall clock
};

struct HostClock {
  std::function<Instant()> since_boot;  // CLOCK_BOOTTIME: counts through a suspend, never back
  std::function<WallTime()> wall;       // CLOCK_REALTIME
  std::function<KernelSync()> sync;
};

// The clocks of this host.
HostClock host_clock();

}  // namespace drydock::clock
