#pragma once
// The bar of a run: simulated time, events a second, and how far the rollout is. One line on
// standard error, drawn anew; nothing when that is no terminal.
#include <chrono>

#include "simulations/model/world.hpp"

namespace drydock::fleet_sim {

class Progress {
 public:
  Progress();
  void show(const sim::World& world);  // about once a simulated minute
  void clear();                        // takes the line away

 private:
  bool terminal_;
  std::chrono::steady_clock::time_point begin_, shown_{};
};

}  // namespace drydock::fleet_sim
