// The statistics: whole numbers against long double, and the guarantee they are there for.
#include "actors/planner/evidence.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "actors/planner/odds.hpp"
#include "runtime/kernel/dice.hpp"
#include "tests/support/seed.hpp"

using namespace drydock;
using planner::Tolerance;
using planner::Verdicts;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t sequences = 100'000;
#else
constexpr std::uint64_t sequences = 1'000'000;
#endif
constexpr std::uint32_t verdicts_max = 100'000;  // of one sequence

// The same bet with exact logarithms.
struct Exact {
  std::vector<long double> failed, passed;
  long double wanted = 0;

  long double won(Verdicts v) const {
    long double sum = 0;
    for (std::size_t i = 0; i < failed.size(); ++i)
      sum += std::exp2(failed[i] * v.failed + passed[i] * (v.seen - v.failed));
    return sum;
  }
  bool excludes(Verdicts v) const { return won(v) >= wanted; }
};

Exact exact_of(const std::vector<std::uint32_t>& alternatives, std::uint32_t rate,
               std::uint32_t error_ppm) {
  Exact e;
  const long double million = 1e6L;
  for (const std::uint32_t a : alternatives) {
    e.failed.push_back(std::log2(static_cast<long double>(a) / rate));
    e.passed.push_back(std::log2((million - a) / (million - rate)));
  }
  e.wanted = static_cast<long double>(alternatives.size()) * million / error_ppm;
  return e;
}

// Verdicts that fail with a probability, failure by failure.
class Sequence {
 public:
  Sequence(std::uint64_t number, long double rate)
      : dice_(testing::seed(), 3, number), log_pass_(std::log1p(-rate)) {}
  std::uint32_t passes_to_next_failure() {
    const long double u = (static_cast<long double>(dice_.next() >> 11) + 1) / 9007199254740993.0L;
    const long double passes = std::log(u) / log_pass_;
    return passes < verdicts_max ? static_cast<std::uint32_t>(passes) : verdicts_max;
  }

 private:
  Dice dice_;
  long double log_pass_;
};

struct Stops {
  std::uint64_t fixed = 0, exact = 0, differing = 0, crossed = 0;
};

// When does each of the two stop? An exclusion of a lower rate can only happen at a failure, one of
// a higher rate only at a pass, so the verdicts in between are searched and not walked.
template <class Excludes>
std::uint32_t first_pass(Verdicts before, std::uint32_t passes, const Excludes& excludes) {
  const auto at = [&](std::uint32_t n) { return excludes({before.seen + n, before.failed}); };
  if (!at(passes)) return 0;
  std::uint32_t low = 0, high = passes;
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (at(middle) ? high : low) = middle;
  }
  return before.seen + high;
}

template <class Excludes>
std::uint32_t stops_at(std::uint64_t number, long double rate, bool on_failure,
                       const Excludes& excludes) {
  Sequence sequence(number, rate);
  Verdicts v;
  while (v.seen < verdicts_max) {
    const std::uint32_t passes = sequence.passes_to_next_failure();
    if (!on_failure && passes > 0)
      if (const std::uint32_t at = first_pass(v, passes, excludes); at != 0) return at;
    v.seen += passes + 1;
    ++v.failed;
    if (on_failure && excludes(v)) return v.seen;
  }
  return verdicts_max;
}

Stops compare(const Exclusion& bet, const Exact& exact, bool on_failure, long double rate,
              std::uint64_t from, std::uint64_t count) {
  Stops stops;
  for (std::uint64_t n = from; n < from + count; ++n) {
    const auto real = [&](Verdicts v) { return exact.excludes(v); };
    const auto whole = [&](Verdicts v) {
      const bool won = planner::excludes(bet, bet.at, v);
      // The guarantee: what the whole numbers exclude, the exact ones exclude too.
      if (won) BOOST_REQUIRE_MESSAGE(exact.won(v) >= exact.wanted * (1 - 1e-12L), v.seen);
      return won;
    };
    const std::uint32_t e = stops_at(n, rate, on_failure, real);
    const std::uint32_t f = stops_at(n, rate, on_failure, whole);
    BOOST_REQUIRE(f >= e);
    stops.fixed += f;
    stops.exact += e;
    stops.differing += f != e ? 1 : 0;
    stops.crossed += e < verdicts_max ? 1 : 0;
  }
  return stops;
}

Policy compiled(Tolerance tolerance = {}) {
  Policy policy;
  planner::compile(tolerance, policy);
  return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(evidence)

BOOST_AUTO_TEST_CASE(whole_numbers_never_exclude_early_and_hardly_late) {
  const Policy p = compiled();
  const Exact excess =
      exact_of({10'000, 20'000, 40'000, 80'000, 160'000, 320'000, 640'000, 990'000}, 5'000, 500);
  const Exact twice = exact_of({1'000, 2'500, 4'000, 5'000}, 10'000, 5'000);
  std::uint64_t from = 0;
  Stops all;
  const auto add = [&](const Exclusion& bet, const Exact& exact, bool on_failure, long double rate,
                       std::uint64_t count) {
    const Stops stops = compare(bet, exact, on_failure, rate, from, count);
    from += count;
    BOOST_TEST(stops.fixed <= stops.exact + stops.exact / 100);
    all.differing += stops.differing;
    all.crossed += stops.crossed;
  };
  for (const long double rate : {0.02L, 0.05L, 0.2L, 0.7L, 1.0L - 1e-9L})
    add(p.excess, excess, true, rate, sequences * 15 / 100);
  for (const long double rate : {0.0005L, 0.002L, 0.004L, 0.005L})
    add(p.twice, twice, false, rate, sequences / 16);
  BOOST_TEST(from == sequences);
  BOOST_TEST(all.crossed > sequences * 9 / 10);
  BOOST_TEST_MESSAGE(from << " sequences, " << all.crossed << " decided, " << all.differing
                          << " of them at another verdict");
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_as_tolerated_is_hardly_ever_halted) {
  const Policy p = compiled();
  std::uint32_t halted = 0;
  constexpr std::uint32_t runs = 20'000;
  for (std::uint64_t n = 0; n < runs; ++n)
    halted += stops_at(sequences + n, 0.005L, true, [&](Verdicts v) {
                return planner::excludes(p.excess, p.excess.at, v);
              }) < verdicts_max;
  // At most 1 in 2,000 is promised: 10 here; 25 would be a chance of one in 20,000.
  BOOST_TEST(halted <= 25U);
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_twice_as_often_is_hardly_ever_accepted) {
  const Policy p = compiled();
  std::uint32_t accepted = 0;
  constexpr std::uint32_t runs = 20'000;
  for (std::uint64_t n = 0; n < runs; ++n)
    accepted += stops_at(2 * sequences + n, 0.01L, false, [&](Verdicts v) {
                  return planner::excludes(p.twice, p.twice.at, v);
                }) < verdicts_max;
  // At most 1 in 200 is promised: 100 here; 145 would be a chance of one in 100,000.
  BOOST_TEST(accepted <= 145U);
}

BOOST_AUTO_TEST_CASE(acceptance_needs_what_is_said_and_no_less) {
  for (const std::uint32_t tolerated : {100u, 1'000u, 5'000u, 20'000u, 100'000u, 200'000u}) {
    const Policy p = compiled({tolerated, 500, 5'000});
    const std::uint32_t n = p.accept_needs;
    const auto failures = [&](std::uint64_t seen) {  // half the tolerated rate, rounded up
      return static_cast<std::uint32_t>((seen * tolerated + 1'999'999) / 2'000'000);
    };
    BOOST_TEST(planner::excludes(p.twice, p.twice.at, {n, failures(n)}));
    BOOST_TEST(!planner::excludes(p.twice, p.twice.at, {n - 1, failures(n - 1)}));
  }
}

BOOST_AUTO_TEST_CASE(two_failures_at_once_halt_a_canary_and_one_does_not) {
  const Policy p = compiled();
  BOOST_TEST(!planner::excludes(p.excess, p.excess.at, {1, 1}));
  BOOST_TEST(planner::excludes(p.excess, p.excess.at, {2, 2}));
}

BOOST_AUTO_TEST_CASE(a_part_needs_stronger_evidence_than_the_whole) {
  const Policy p = compiled();
  BOOST_TEST(p.stratum_at > p.excess.at);
  BOOST_TEST(!planner::excludes(p.excess, p.stratum_at, {2, 1}));
}

BOOST_AUTO_TEST_CASE(any_tolerance_compiles_into_bets_that_can_be_won) {
  for (std::uint32_t tolerated = planner::tolerated_ppm_min;
       tolerated <= planner::tolerated_ppm_max; tolerated = tolerated * 5 / 4) {
    const Policy p = compiled({tolerated, 500, 5'000});
    BOOST_TEST_CONTEXT("tolerated " << tolerated) {
      BOOST_TEST(p.tolerated_ppm == tolerated);
      BOOST_TEST(!p.excess.odds.empty());
      for (const Odds& odds : p.excess.odds) BOOST_TEST((odds.failed > 0 && odds.passed < 0));
      for (const Odds& odds : p.twice.odds) BOOST_TEST((odds.failed < 0 && odds.passed > 0));
      BOOST_TEST(planner::excludes(p.excess, p.excess.at, {20, 20}));
      BOOST_TEST(p.accept_needs < 1'000'000U);
    }
  }
}

BOOST_AUTO_TEST_CASE(verdicts_and_odds_of_any_size_are_survived) {
  Exclusion wild;
  wild.odds.add({INT32_MAX, INT32_MAX});
  wild.odds.add({INT32_MIN, INT32_MIN});
  (void)planner::excludes(wild, INT32_MIN, {UINT32_MAX, UINT32_MAX});
  (void)planner::excludes(wild, INT32_MAX, {UINT32_MAX, 0});
  BOOST_TEST(!planner::excludes(Exclusion{}, 0, {100, 100}));  // no bet wins nothing
}

BOOST_AUTO_TEST_SUITE_END()
