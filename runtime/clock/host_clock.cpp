#include "runtime/clock/host_clock.hpp"

#include <sys/timex.h>
#include <time.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::clock {
namespace {

std::int64_t read_ms(clockid_t id) {
  timespec t{};
  ASSERT(::clock_gettime(id, &t) == 0);  // fails only for a clock this kernel does not have
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

KernelSync read_sync() {
  timex query{};  // modes 0: ask, change nothing
  const int state = ::adjtimex(&query);
  if (state < 0) return {};  // a sandbox may forbid the question; then nobody vouches
  KernelSync sync;
  sync.synchronised = state != TIME_ERROR && (query.status & STA_UNSYNC) == 0;
  sync.offset_us = (query.status & STA_NANO) != 0 ? query.offset / 1000 : query.offset;
  sync.max_error_us = query.maxerror;
  return sync;
}

}  // namespace

HostClock host_clock() {
  return {[] { return Instant{read_ms(CLOCK_BOOTTIME)}; },
          [] { return WallTime{read_ms(CLOCK_REALTIME)}; }, read_sync};
}

}  // namespace drydock::clock
