#include "runtime/journal/testing/flaky_decision_log.hpp"

#include <algorithm>

namespace drydock::journal::testing {

namespace {
template <class T>
T take_at(std::vector<T>& from, std::size_t index) {
  T taken = std::move(from[index]);
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(index));
  return taken;
}
}  // namespace

void FlakyDecisionLog::propose(Proposal proposal, std::function<void(DecisionOutcome)> outcome) {
  ASSERT(under_way() < under_way_max);
  proposals_.push_back({std::move(proposal), std::move(outcome)});
}

Result<std::vector<Decision>> FlakyDecisionLog::read(std::uint64_t from, std::uint64_t to) const {
  std::vector<Decision> found;
  for (std::uint64_t position = std::max<std::uint64_t>(from, 1);
       position <= std::min<std::uint64_t>(to, log_.size()) && found.size() < decisions_read_max;
       ++position)
    found.push_back(log_[position - 1]);
  return found;
}

bool FlakyDecisionLog::step() {
  if (under_way() == 0) return false;
  if (answers_.empty() || (!proposals_.empty() && dice_.below(2) == 0)) {
    // Mostly in order: a pipeline that never keeps its order would never get anywhere.
    const std::size_t index = chance(250) ? dice_.below(proposals_.size()) : 0;
    Waiting waiting = take_at(proposals_, index);
    if (chance(flakiness_.depose_permille)) depose();
    const DecisionOutcome what = arrive(std::move(waiting.proposal));
    answers_.push_back({what, std::move(waiting.outcome)});
    return true;
  }
  Answer answer = take_at(answers_, dice_.below(answers_.size()));
  answer.outcome(answer.what);  // may propose again
  return true;
}

void FlakyDecisionLog::depose() {
  ++epoch_;
  if (dice_.below(2) == 0) log_.push_back({log_.size() + 1, epoch_, "another leader's decision"});
}

DecisionOutcome FlakyDecisionLog::arrive(Proposal proposal) {
  const bool fits = proposal.expected_head == log_.size() && proposal.epoch == epoch_;
  const bool silent = chance(flakiness_.unknown_permille);
  if (silent && dice_.below(2) == 0) return Unknown{};  // it never got there
  if (fits) log_.push_back({log_.size() + 1, epoch_, std::move(proposal.bytes)});
  if (silent) return Unknown{};
  if (fits) return Appended{log_.size()};
  return Lost{log_.size(), epoch_};
}

}  // namespace drydock::journal::testing
