#include "actors/planner/odds.hpp"

#include <algorithm>

#include "actors/planner/evidence.hpp"
#include "messages/centre.hpp"

namespace drydock::planner {
namespace {

constexpr std::uint32_t million = 1'000'000;
constexpr std::uint32_t certain_ppm = 990'000;  // of the worst alternative

Odds odds(std::uint32_t alternative, std::uint32_t rate) {
  return {static_cast<std::int32_t>(fixed::log2_down(alternative, rate).value),
          static_cast<std::int32_t>(fixed::log2_down(million - alternative, million - rate).value)};
}

// Equal shares of the stake on every alternative; `parts` bets share one error.
std::int32_t threshold(std::size_t alternatives, std::size_t parts, std::uint32_t error_ppm) {
  const std::uint64_t wanted = std::uint64_t{alternatives} * parts * million;
  return static_cast<std::int32_t>(fixed::log2_up(wanted, error_ppm).value);
}

// 2, 4, 8, ... times the rate, in larger steps where the rate is so low that doubling would not
// reach certainty.
Exclusion against_excess(std::uint32_t rate, std::uint32_t error_ppm) {
  Exclusion bet;
  unsigned step = 1;
  while (std::uint64_t{rate} << (2 + 6 * step) < certain_ppm) ++step;
  std::uint64_t alternative = rate;
  while (!bet.odds.full() && alternative < certain_ppm) {
    alternative <<= bet.odds.size() < 2 ? 1 : step;
    if (bet.odds.size() + 1 == Exclusion::alternatives_max) alternative = certain_ppm;
    alternative = std::min<std::uint64_t>(alternative, certain_ppm);
    bet.odds.add(odds(static_cast<std::uint32_t>(alternative), rate));
  }
  bet.at = threshold(bet.odds.size(), 1, error_ppm);
  return bet;
}

Exclusion against_twice(std::uint32_t rate, std::uint32_t error_ppm) {
  Exclusion bet;
  for (const std::uint32_t percent : {10u, 25u, 40u, 50u})
    bet.odds.add(odds(std::max(rate * percent / 100, 1u), rate));
  bet.at = threshold(bet.odds.size(), 1, error_ppm);
  return bet;
}

// The least number of verdicts that accepts a release which fails half as often as is tolerated,
// its failures rounded up. More passes never weigh against it, so one search an interval is enough.
std::uint32_t needed(const Exclusion& bet, std::uint32_t tolerated) {
  const std::uint32_t one_failure = 2 * million / tolerated;  // verdicts a failure
  for (std::uint32_t failed = 1; failed < 1'000; ++failed) {
    std::uint32_t low = (failed - 1) * one_failure, high = failed * one_failure;
    if (!excludes(bet, bet.at, {high, failed})) continue;
    while (high - low > 1) {
      const std::uint32_t middle = low + (high - low) / 2;
      (excludes(bet, bet.at, {middle, failed}) ? high : low) = middle;
    }
    return high;
  }
  return 0xFFFFFFFF;
}

}  // namespace

void compile(const Tolerance& asked, Policy& policy) noexcept {
  const std::uint32_t rate = std::clamp(asked.tolerated_ppm, tolerated_ppm_min, tolerated_ppm_max);
  const std::uint32_t reject = std::clamp(asked.reject_error_ppm, error_ppm_min, error_ppm_max);
  const std::uint32_t accept = std::clamp(asked.accept_error_ppm, error_ppm_min, error_ppm_max);
  policy.tolerated_ppm = rate;
  policy.excess = against_excess(rate, reject);
  policy.stratum_at = threshold(policy.excess.odds.size(), strata_max, reject);
  policy.twice = against_twice(2 * rate, accept);
  policy.accept_needs = needed(policy.twice, rate);
}

}  // namespace drydock::planner
