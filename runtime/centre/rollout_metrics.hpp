#pragma once
// What /metrics says of each rollout: its phase, how many came how far, what the verdicts say, and
// what those who get nothing wait for. Internal to this folder.
#include <set>

#include "runtime/centre/machines.hpp"
#include "runtime/observe/metrics.hpp"
#include "runtime/shell/turns.hpp"

namespace drydock::centre {

// Of so many rollouts that run, the newest, a scrape asks every appliance what it waits for.
inline constexpr std::size_t rollouts_looked_at_max = 4;

class RolloutMetrics {
 public:
  // Blocks on the planner. Where that does not answer in time, what was told before stands.
  void count(Machines& machines, const shell::Moment& now, observe::Metrics& metrics);

 private:
  std::set<observe::Labels> waiting_;  // told at some time: a series cannot be taken back, but be 0
};

}  // namespace drydock::centre
