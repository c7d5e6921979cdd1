#pragma once
// Hands that a test moves: the host's clocks, and a host that reboots with its folder kept.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "runtime/clock/boot_clock.hpp"

namespace drydock::clock {

struct FakeHost {
  Instant since_boot{20'000};
  WallTime wall{kEarliestWall.value + hours(24 * 100).value};
  KernelSync sync;
  int boots = 1;
  std::string folder;

  FakeHost() {
    std::string name = (std::filesystem::temp_directory_path() / "clock-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  FakeHost(const FakeHost&) = delete;
  ~FakeHost() { std::filesystem::remove_all(folder); }

  HostClock clocks() {
    return {[this] { return since_boot; }, [this] { return wall; }, [this] { return sync; }};
  }
  void pass(Duration d) {
    since_boot = since_boot + d;
    wall = wall + d;
  }
  void reboot(Duration down = minutes(2)) {
    ++boots;
    wall = wall + down;
    since_boot = {20'000};
  }
  BootClock open(Instant floor = {}) {
    auto clock =
        BootClock::open({folder, "boot-" + std::to_string(boots), floor, minutes(30)}, clocks());
    BOOST_REQUIRE_MESSAGE(clock, (clock ? "" : clock.error().text));
    return std::move(*clock);
  }
};

}  // namespace drydock::clock
