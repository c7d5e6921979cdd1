#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "runtime/command/world.hpp"

namespace drydock::command {
namespace {

constexpr unsigned columns_min = 40;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

unsigned terminal_columns(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col < columns_min ? columns_min : size.ws_col;
}

template <class Clock>
std::int64_t now_ms() {
  const auto since = Clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace

World host_world() {
  const bool out = ::isatty(STDOUT_FILENO) == 1, err = ::isatty(STDERR_FILENO) == 1;
  World world{environment, std::cout, std::cerr, out, err, 80, {}, {}, {}};
  world.columns = terminal_columns(out ? STDOUT_FILENO : STDERR_FILENO);
  world.wall = [] { return WallTime{now_ms<std::chrono::system_clock>()}; };
  world.up = [] { return Instant{now_ms<std::chrono::steady_clock>()}; };
  world.pause = [](Duration d) { std::this_thread::sleep_for(std::chrono::milliseconds(d.value)); };
  return world;
}

}  // namespace drydock::command
