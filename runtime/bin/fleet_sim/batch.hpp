#pragma once
// Runs of one scenario over a range of seeds, several at once: each on a thread of its own, for a
// run shares nothing. What is told comes in the order of the seeds whatever thread was first.
#include <cstdint>
#include <optional>

#include "simulations/report/outcome.hpp"

namespace drydock::fleet_sim {

struct Batch {
  std::uint64_t first = 1, last = 1;
  unsigned jobs = 1;
  std::optional<std::uint32_t> follow;  // only with one seed
  bool quiet = false;                   // tells the first seed, and those with a violation
};

// The sums over all seeds, or the one outcome; its digest is over all digests.
sim::Outcome run_batch(const sim::Scenario& scenario, const Batch& batch);

}  // namespace drydock::fleet_sim
