#include "runtime/bin/fleet_sim/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

namespace drydock::fleet_sim {
namespace {

constexpr auto redraw_interval = std::chrono::milliseconds(200);
constexpr std::size_t bar_width = 24;

}  // namespace

Progress::Progress()
    : terminal_(::isatty(STDERR_FILENO) == 1), begin_(std::chrono::steady_clock::now()) {}

void Progress::show(const sim::World& world) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - shown_ < redraw_interval) return;
  shown_ = now;
  std::uint32_t exposed = 0, committed = 0;
  const auto& rollouts = world.centre().planner().rollouts;
  for (std::uint32_t i = 0; i < rollouts.size(); ++i) {
    exposed += rollouts.row(i).tally.exposed;
    committed += rollouts.row(i).tally.committed;
  }
  const std::int64_t at = world.now().value, end = world.scenario().horizon.value;
  const auto filled = static_cast<std::size_t>(
      std::clamp<std::int64_t>(at * std::int64_t{bar_width} / end, 0, bar_width));
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  std::cerr << fmt::format(
      "\r[{}{}] {}:{:02} of {} h, {:.2f} M events/s, {} exposed, {} committed\x1b[K",
      std::string(filled, '#'), std::string(bar_width - filled, '.'), at / 3'600'000,
      at / 60'000 % 60, end / 3'600'000, static_cast<double>(world.events()) / seconds / 1e6,
      exposed, committed);
}

void Progress::clear() {
  if (terminal_) std::cerr << "\r\x1b[K";
}

}  // namespace drydock::fleet_sim
