#pragma once
// How long a sink waits before it tries its server again: twice as long each time, within bounds.
#include <algorithm>
#include <chrono>

namespace drydock::sinks {

class Retry {
 public:
  static constexpr std::chrono::milliseconds first{1'000}, longest{30'000};

  void succeeded() { next_ = first; }
  std::chrono::milliseconds failed() {
    const auto wait = next_;
    next_ = std::min(next_ * 2, longest);
    return wait;
  }

 private:
  std::chrono::milliseconds next_ = first;
};

}  // namespace drydock::sinks
