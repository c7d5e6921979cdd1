#include "runtime/clock/boot_clock.hpp"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "runtime/clock/base_file.hpp"
#include "runtime/files/files.hpp"

namespace drydock::clock {

struct BootClock::Inside {
  Options options;
  HostClock host;
  std::mutex disk;   // one writer at a time; taken before `hands`
  std::mutex hands;  // guards everything below; never held over a disk access

  Base base;                       // promised: what is durable
  Instant last;                    // the highest up handed out
  Duration offset;                 // wall minus boot time, at the start or at the last step
  Duration stepped;                // not yet taken by take_step
  std::optional<Instant> vouched;  // when someone last vouched for the wall clock

  Reading read();
  void notice_step(Instant since_boot, WallTime wall);
  WallTrust trust(Instant up, WallTime wall);
  Status promise(Instant until);
};

// CLOCK_BOOTTIME and CLOCK_REALTIME are slewed together, so their difference moves only when
// somebody sets the wall clock (or a machine's memory is put back to an older day).
void BootClock::Inside::notice_step(Instant since_boot, WallTime wall) {
  const Duration now{wall.value - since_boot.value};
  const Duration moved{now.value - offset.value};
  if (std::abs(moved.value) <= kStep.value) return;
  offset = now;
  stepped = stepped + moved;
  vouched.reset();  // they spoke of the clock before the step
}

WallTrust BootClock::Inside::trust(Instant up, WallTime wall) {
  if (wall < kEarliestWall) return WallTrust::unset;
  if (host.sync().synchronised) {
    vouched = up;
    return WallTrust::synchronised;
  }
  return vouched && up - *vouched <= kVouchLife ? WallTrust::plausible : WallTrust::unset;
}

Reading BootClock::Inside::read() {
  const Instant since_boot = host.since_boot();
  const WallTime wall = host.wall();
  // Two threads may read the host's clock in one order and get here in the other.
  last = std::max(last, since_boot + base.ahead);
  notice_step(since_boot, wall);
  return {last, wall, trust(last, wall)};
}

Status BootClock::Inside::promise(Instant until) {
  Base next = base;
  next.promised = until;
  if (auto s = write_base(options.folder, next); !s)
    return s.error().in("keeping the clock's base");
  const std::lock_guard hold(hands);
  base.promised = until;
  return Done{};
}

BootClock::BootClock(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
BootClock::BootClock(BootClock&&) noexcept = default;
BootClock& BootClock::operator=(BootClock&&) noexcept = default;
BootClock::~BootClock() = default;

Result<BootClock> BootClock::open(Options options, HostClock host) {
  ASSERT(options.promise > Duration{0});
  if (!is_boot_id(options.boot_id))
    return Error{ErrorKind::malformed,
                 fmt::format("\"{}\" is not a boot id: 1 to 64 letters, digits and dashes",
                             options.boot_id.substr(0, 64))};
  if (auto s = files::make_folders(options.folder); !s) return s.error();

  auto inside = std::make_unique<Inside>();
  const Instant since_boot = host.since_boot();
  const auto known = read_base(options.folder);
  const Instant floor = std::max(options.floor, known ? known->promised : Instant{});
  if (known && known->boot_id == options.boot_id && since_boot + known->ahead >= options.floor) {
    inside->base = *known;
  } else {
    inside->base = {options.boot_id, {floor.value - since_boot.value}, floor};
  }
  inside->last = since_boot + inside->base.ahead;
  inside->offset = {host.wall().value - since_boot.value};
  inside->options = std::move(options);
  inside->host = std::move(host);

  const Instant until = inside->last + inside->options.promise;
  if (auto s = inside->promise(until); !s) return s.error();
  if (auto s = files::sync_folder(inside->options.folder); !s) return s.error();
  return BootClock(std::move(inside));
}

Reading BootClock::read() {
  const std::lock_guard hold(inside_->hands);
  return inside_->read();
}

Status BootClock::keep() {
  const std::lock_guard writer(inside_->disk);
  Instant up;
  {
    const std::lock_guard hold(inside_->hands);
    up = inside_->read().up;
    if ((inside_->base.promised - up).value > inside_->options.promise.value / 2) return Done{};
  }
  return inside_->promise(up + inside_->options.promise);
}

Status BootClock::park() {
  const std::lock_guard writer(inside_->disk);
  Instant up;
  {
    const std::lock_guard hold(inside_->hands);
    up = inside_->read().up;
  }
  return inside_->promise(up + kParkMargin);
}

std::optional<ClockStep> BootClock::take_step() {
  const std::lock_guard hold(inside_->hands);
  inside_->read();
  const Duration by = std::exchange(inside_->stepped, {});
  if (by == Duration{}) return std::nullopt;
  return ClockStep{by};
}

bool BootClock::centre_said(WallTime centre) {
  const std::lock_guard hold(inside_->hands);
  const Reading now = inside_->read();
  const bool agrees = std::abs((centre - now.wall).value) <= kAgreement.value;
  if (agrees)
    inside_->vouched = now.up;
  else
    inside_->vouched.reset();
  return agrees;
}

Result<std::string> read_boot_id(const std::string& path) {
  constexpr std::size_t length_max = 256;
  auto text = files::read(path, length_max);
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ')) text->pop_back();
  if (!is_boot_id(*text))
    return Error{ErrorKind::malformed, fmt::format("{} holds no boot id", path)};
  return std::move(*text);
}

}  // namespace drydock::clock
