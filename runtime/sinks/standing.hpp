#pragma once
// How a sink stands, for metrics.
#include <cstdint>

namespace drydock::sinks {

struct Standing {
  bool up = false;             // the last thing it tried went well
  std::uint64_t position = 0;  // newest decision that is there; 0: none, or no such thing
  std::uint64_t failures = 0;  // since start
};

}  // namespace drydock::sinks
