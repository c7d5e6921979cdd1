#pragma once
// What the worlds saw and no machine keeps: written by their workers, read by the metrics page.
#include <array>
#include <atomic>
#include <cstdint>

#include "actors/healer/machine.hpp"

namespace drydock::shell {

struct Seen {
  static constexpr std::int64_t never = -1;
  std::atomic<std::int64_t> answered_up_ms{never};  // when the centre last answered a check-in
  std::atomic<std::uint64_t> answered{0}, failed{0};
  std::array<std::atomic<Healer::Level>, host_checks> looks{};  // the newest look, by HostCheck
};

}  // namespace drydock::shell
