#include "simulations/model/simulated_log.hpp"

#include <algorithm>

#include "messages/digest.hpp"
#include "simulations/coverage/coverage.hpp"

namespace drydock::sim {

namespace {

// What was unknown and yet taken is told after so many timeouts at most.
constexpr std::uint64_t late_factor_max = 10;

}  // namespace

Position SimulatedLog::append(const Decision& decision) {
  ++head_.value;
  kept_.push_back({head_, decision});
  absorb(digest_, head_);
  absorb(digest_, decision);
  return head_;
}

SimulatedLog::Tellings SimulatedLog::propose(const Decision& decision, Instant now) {
  constexpr std::uint64_t stream = 0x6C6F67;
  const FaultMix& mix = scenario_.faults;
  Dice dice(seed_ ^ stream, 0, ++proposals_);
  const std::uint64_t fate = now >= mix.until ? 1000 : dice.below(1000);
  const Times& times = scenario_.times;
  if (fate < mix.log_lost_permille)
    return {{now + times.decision, std::nullopt, decision}, std::nullopt};
  const bool unknown = fate < mix.log_lost_permille + mix.log_unknown_permille;
  const Telling not_known{now + times.decision_timeout, std::nullopt, decision};
  if (unknown && dice.below(2) == 0) return {not_known, std::nullopt};
  const Duration late =
      times.decision_timeout * static_cast<std::int64_t>(2 + dice.below(late_factor_max - 1));
  Instant earliest = now + (unknown ? late : times.decision);
  constexpr std::uint64_t stale_stream = 0x73746C;
  Dice stale(seed_ ^ stale_stream, 0, proposals_);
  if (mix.stale_permille != 0 && now < mix.until && stale.below(1000) < mix.stale_permille) {
    SOMETIMES(true, "the planner reads old rows");
    earliest = earliest + mix.stale_for;
  }
  told_until_ = std::max(told_until_, earliest);
  const Telling taken{told_until_, append(decision), decision};
  if (unknown) return {not_known, taken};
  return {taken, std::nullopt};
}

void SimulatedLog::go_back_to(const SimulatedLog& earlier) {
  head_ = earlier.head_;
  kept_ = earlier.kept_;
  absorb(digest_, head_);
}

void SimulatedLog::forget_through(Position position) {
  while (!kept_.empty() && kept_.front().position <= position) kept_.pop_front();
}

}  // namespace drydock::sim
