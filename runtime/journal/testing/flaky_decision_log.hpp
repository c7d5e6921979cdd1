#pragma once
// A decision log for tests and simulations that does what a cluster may do to a planner: it delays,
// reorders, loses the leadership and answers Unknown, all drawn from a seed, one step at a time.
#include <vector>

#include "runtime/journal/decision_log.hpp"
#include "runtime/kernel/dice.hpp"

namespace drydock::journal::testing {

// Chances in a thousand, for each proposal that arrives.
struct Flakiness {
  std::uint32_t depose_permille = 50;    // another leader raises the epoch and may decide first
  std::uint32_t unknown_permille = 100;  // the answer goes missing; half of these are in the log
};

// One thread. Nothing happens by itself: propose() only takes note, step() makes one thing happen.
class FlakyDecisionLog final : public DecisionLog {
 public:
  static constexpr std::size_t under_way_max = 4096;  // proposals and answers; more is our bug

  explicit FlakyDecisionLog(std::uint64_t seed, Flakiness flakiness = {})
      : dice_(seed, 0, 0), flakiness_(flakiness) {}

  void propose(Proposal proposal, std::function<void(DecisionOutcome)> outcome) override;
  Result<std::vector<Decision>> read(std::uint64_t from, std::uint64_t to) const override;
  std::uint64_t head() const override { return log_.size(); }
  std::uint64_t epoch() const override { return epoch_; }

  // Either the oldest or a random waiting proposal reaches the log, or a random answer is
  // delivered. False when nothing is under way.
  bool step();
  std::size_t under_way() const { return proposals_.size() + answers_.size(); }

 private:
  struct Waiting {
    Proposal proposal;
    std::function<void(DecisionOutcome)> outcome;
  };
  struct Answer {
    DecisionOutcome what;
    std::function<void(DecisionOutcome)> outcome;
  };
  bool chance(std::uint32_t permille) { return dice_.below(1000) < permille; }
  void depose();
  DecisionOutcome arrive(Proposal proposal);

  Dice dice_;
  const Flakiness flakiness_;
  std::vector<Decision> log_;
  std::uint64_t epoch_ = 1;
  std::vector<Waiting> proposals_;
  std::vector<Answer> answers_;
};

}  // namespace drydock::journal::testing
