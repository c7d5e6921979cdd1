#pragma once
// What the command sees of the machine it runs on, so that a test can hand it another one.
// Used by one thread.
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"

namespace drydock::command {

struct World {
  std::function<std::optional<std::string>(const char* name)> environment;
  std::ostream& out;  // results
  std::ostream& err;  // errors, notes and progress
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  unsigned columns = 80;                // of the terminal
  std::function<WallTime()> wall;       // UTC now
  std::function<Instant()> up;          // never goes back
  std::function<void(Duration)> pause;  // blocks
};

// This process: its environment, its standard streams, the system's clocks.
World host_world();

// Runs one command line, without the program's name. Answers the exit code (console.hpp). No
// exception leaves it.
int run(const std::vector<std::string>& arguments, World& world);

}  // namespace drydock::command
