// What others do, by their documented rules: waves by the clock, and a rate with a failure
// percentage.
#include <algorithm>
#include <array>

#include "simulations/planner_table/play.hpp"

namespace drydock::sim::table {
namespace {

// Bottlerocket's default waves: this share of the fleet by this hour, even in between.
struct Wave {
  std::uint32_t by_s, share_ppm;
};
constexpr std::array waves = {Wave{0, 0},
                              Wave{3600, 10'000},
                              Wave{4 * 3600, 50'000},
                              Wave{24 * 3600, 100'000},
                              Wave{3 * 24 * 3600, 250'000},
                              Wave{6 * 24 * 3600, 1'000'000}};

std::uint64_t by_clock(std::uint32_t now_s, std::uint32_t fleet) {
  for (std::size_t n = 1; n < waves.size(); ++n) {
    const Wave &a = waves[n - 1], &b = waves[n];
    if (now_s >= b.by_s) continue;
    const std::uint64_t ppm = a.share_ppm + std::uint64_t{b.share_ppm - a.share_ppm} *
                                                (now_s - a.by_s) / (b.by_s - a.by_s);
    return fleet * ppm / 1'000'000;
  }
  return fleet;
}

// AWS IoT Jobs, exponential rate: 50 a minute, doubled after each 1,000 notified, at most 1,000 a
// minute; aborted at a percentage of failures, once 100 have finished.
constexpr std::uint32_t base_rate = 50, rate_max = 1'000, doubled_after = 1'000, finished_min = 100;

std::uint32_t rate_a_minute(std::uint64_t notified) {
  const std::uint64_t doublings = std::min<std::uint64_t>(notified / doubled_after, 5);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(base_rate << doublings, rate_max));
}

}  // namespace

Result play_rival(const Row& row, const Rival& rival, std::uint64_t seed) {
  Result result;
  result.seed = seed;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> due(horizon_s);  // passes, failures
  std::uint64_t exposed = 0, passed = 0, failed = 0, owed = 0;
  std::int64_t first_s = -1;
  for (std::uint32_t s = 0; s < horizon_s; ++s) {
    passed += due[s].first;
    failed += due[s].second;
    if (first_s < 0 && passed + failed > 0) first_s = s;
    if (result.done_ms < 0 && passed * 100 >= std::uint64_t{row.appliances} * 99)
      result.done_ms = std::int64_t{s} * 1000;
    if (rival.abort_at_ppm != 0 && passed + failed >= finished_min &&
        failed * 1'000'000 >= (passed + failed) * rival.abort_at_ppm) {
      result.halted = true;
      result.halt_after_ms = (s - first_s) * 1000;
      break;
    }
    if (passed + failed == row.appliances) break;
    std::uint64_t wanted = by_clock(s, row.appliances);
    if (rival.pace == Pace::fixed_percent) {
      owed += rate_a_minute(exposed);
      wanted = exposed + owed / 60;
      owed %= 60;
    }
    for (wanted = std::min<std::uint64_t>(wanted, row.appliances); exposed < wanted; ++exposed) {
      const auto i = static_cast<std::uint32_t>(exposed);
      const Fate fate = fate_of(row, seed, i);
      result.part_exposed += is_odd(row, seed, i) ? 1 : 0;
      if (s + fate.after_s < horizon_s)
        ++(fate.fails ? due[s + fate.after_s].second : due[s + fate.after_s].first);
    }
  }
  result.exposed = static_cast<std::uint32_t>(exposed);
  return result;
}

}  // namespace drydock::sim::table
