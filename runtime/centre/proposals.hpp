#pragma once
// Between the planner and the decision log: its proposals go there in their order, and what the log
// took comes back as Decided, in the order of the positions and each once.
#include <cstdint>
#include <functional>
#include <mutex>

#include "actors/planner/machine.hpp"
#include "runtime/journal/decision_log.hpp"

namespace drydock::centre {

// propose() is called by one thread at a time, the rest by any; the log outlives this and delivers
// no outcome after this has gone.
class Proposals {
 public:
  // `tell` brings an event to the planner; it is called in order and must neither block nor call
  // back. `told` is the last position the planner has applied.
  using Tell = std::function<void(const Planner::Event&)>;
  Proposals(journal::DecisionLog& log, Position told, Tell tell);

  void propose(const Decision& decision);

  // Tells everything in the log above what was told: at the start.
  Status catch_up();
  // The same now and then, its error into the log: what was unknown may turn up late.
  void look_again();

 private:
  void outcome(const Decision& decision, const journal::DecisionOutcome& outcome);
  void appended(const Decision& decision, std::uint64_t position);
  Status read_on();
  void read_on_or_log();

  journal::DecisionLog& log_;
  const std::uint64_t epoch_;  // another leader's epoch is never taken over: it fences this one
  const Tell tell_;
  std::mutex mutex_;             // guards what follows; never held while proposing
  std::uint64_t told_;           // every decision up to this position
  std::uint64_t expected_;       // the head after everything under way
  std::uint32_t under_way_ = 0;  // bounded by the planner's proposals_max
  bool unreadable_ = false;      // told in the log once, until it reads again
  bool lost_ = false;  // `expected_` is wrong; nothing is proposed until nothing is under way
};

}  // namespace drydock::centre
