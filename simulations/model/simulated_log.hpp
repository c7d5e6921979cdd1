#pragma once
// The decision log of a run: gives positions, and answers late, never, or "unknown" as a log in a
// cluster does. What it has taken is told in the order of positions, so one that is told late holds
// up those behind it.
#include <deque>
#include <optional>

#include "actors/planner/machine.hpp"
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

class SimulatedLog {
 public:
  SimulatedLog(const Scenario& scenario, std::uint64_t seed) : scenario_(scenario), seed_(seed) {}

  struct Telling {  // what the proposer will hear, and when
    Instant at;
    std::optional<Position> taken;  // nothing: refused, or unknown
    Decision decision;
  };
  // One proposal leads to one telling or, when it was unknown and yet taken, to two.
  struct Tellings {
    Telling first;
    std::optional<Telling> second;
  };
  Tellings propose(const Decision& decision, Instant now);

  Position head() const { return head_; }
  // The planner has applied everything up to here: no need to keep it.
  void forget_through(Position position);
  // What lies above that, for a planner that starts again.
  const std::deque<Planner::Decided>& kept() const { return kept_; }
  // The log is what it was when `earlier` was copied; what it took since then is gone.
  void go_back_to(const SimulatedLog& earlier);
  // Nothing that was under way is told any more.
  void restarted() { told_until_ = {}; }
  std::uint64_t digest() const { return digest_.value(); }

 private:
  Position append(const Decision& decision);

  const Scenario& scenario_;
  std::uint64_t seed_;
  std::uint64_t proposals_ = 0;
  Position head_;
  Instant told_until_;
  std::deque<Planner::Decided> kept_;
  Digest digest_;
};

}  // namespace drydock::sim
