#pragma once
// BootClock: what a shell puts into each Turn. `up` is boot time on a persisted base; `wall` is UTC
// as the host believes it, with the trust it deserves.
//
// How `up` never goes back. The clock promises on disk, ahead of time, the highest `up` it may hand
// out, and renews the promise (`keep`) when half of it is used. A restart in the same boot goes on
// exactly. A new boot goes on from the promise: nothing lower than before is handed out, and `up`
// may skip forward by at most Options::promise after a power cut, by kParkMargin after `park`. The
// time a host is down is not counted, nor is that of a boot before the clock is first opened in it.
// Losing one of the two copies on disk changes nothing. When both are lost, or keep was not called
// for longer than the promise, `up` can only go on from Options::floor: give it the highest `up` of
// any durable record (the journal's last turn), and no journaled time is ever undercut.
//
// How trust is earned.
//   synchronised  the kernel says that a time service disciplines its clock.
//   plausible     someone vouched in this process, at most kVouchLife ago, and the clock has not
//                 stepped since: a centre whose time over TLS agreed, or the kernel being
//                 synchronised at that time.
//   unset         everything else, and always before kEarliestWall, whoever vouches.
//
// Safe from any thread. `read` never blocks on the disk; open, keep and park do: call them from a
// worker. One BootClock a folder.
#include <memory>
#include <optional>
#include <string>

#include "runtime/clock/host_clock.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::clock {

inline constexpr WallTime kEarliestWall{1'767'225'600'000};  // 2026-01-01 00:00 UTC
inline constexpr Duration kStep = seconds(10);               // a larger change is a step
inline constexpr Duration kAgreement = minutes(5);           // how far a centre's time may differ
inline constexpr Duration kVouchLife = hours(24 * 7);  // a week adrift at 200 ppm is two minutes
inline constexpr Duration kParkMargin = minutes(1);    // for the reads of an orderly end

struct Reading {
  Instant up;
  WallTime wall;
  WallTrust trust = WallTrust::unset;
};

struct ClockStep {  // the wall clock was moved against `up`
  Duration by;      // positive: forward
};

struct Options {
  std::string folder;   // made when missing
  std::string boot_id;  // changes with every boot of the host
  Instant floor;        // `up` never starts below this
  // 96 synced writes a day (two a renewal); the most that `up` skips after a power cut.
  Duration promise = minutes(30);
};

class BootClock {
 public:
  // Blocks: reads the base and makes the first promise durable. Refused: a folder that cannot be
  // written, a boot id that is none.
  static Result<BootClock> open(Options options, HostClock host);
  BootClock(BootClock&&) noexcept;
  BootClock& operator=(BootClock&&) noexcept;
  ~BootClock();

  Reading read();

  // Call once a minute from a worker; writes only when half of the promise is used. After an error
  // the clock runs on and the next call tries again.
  Status keep();

  // Before an orderly reboot: the promise shrinks to kParkMargin, so that the next boot skips no
  // more. Reading on is legal; the next keep, should the reboot not come, renews the promise.
  Status park();

  // The steps since the last call, added up. For the one actor that tells the others.
  std::optional<ClockStep> take_step();

  // A centre said this time over TLS just now. True when it agrees with the wall clock within
  // kAgreement. When it does not, whatever was vouched before is void; a kernel that is
  // synchronised is still believed.
  bool centre_said(WallTime centre);

 private:
  struct Inside;
  explicit BootClock(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

// The boot id in a file such as /proc/sys/kernel/random/boot_id, without its end of line.
Result<std::string> read_boot_id(const std::string& path);

}  // namespace drydock::clock
