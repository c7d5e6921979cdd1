#pragma once
// The decision log of a centre on one machine: positions counted here, kept in the journal.
#include <mutex>

#include "runtime/journal/decision_log.hpp"
#include "runtime/journal/journal.hpp"

namespace drydock::journal {

// Threads: any. Outcomes come on the journal's writer thread, in the order of the proposals, and
// never Unknown: a write that fails ends the process. One log a journal; the journal outlives it.
class LocalDecisionLog final : public DecisionLog {
 public:
  static Result<std::unique_ptr<LocalDecisionLog>> open(Journal& journal);

  void propose(Proposal proposal, std::function<void(DecisionOutcome)> outcome) override;
  Result<std::vector<Decision>> read(std::uint64_t from, std::uint64_t to) const override;
  std::uint64_t head() const override;
  std::uint64_t epoch() const override;

  // From now on only proposals of this epoch count; it is durable before any of them. Error refused
  // unless it is higher than the present one.
  Status raise_epoch(std::uint64_t epoch);

 private:
  explicit LocalDecisionLog(Journal& journal) : journal_(journal) {}
  Journal& journal_;
  mutable std::mutex mutex_;  // held while handing over to the journal, to keep the order
  std::uint64_t proposed_ = 0;
  std::uint64_t epoch_ = 0;
};

}  // namespace drydock::journal
