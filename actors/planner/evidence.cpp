#include "actors/planner/evidence.hpp"

#include <algorithm>

namespace drydock::planner {
namespace {

constexpr std::uint32_t no_cap = 0xFFFFFFFF;
constexpr std::uint32_t canary_share = 20;  // one of so many is the canary
constexpr std::uint32_t canary_max = 50;

constexpr std::uint32_t narrow(std::uint64_t n) {
  return n < no_cap ? static_cast<std::uint32_t>(n) : no_cap;
}

std::uint64_t share(std::uint32_t n, std::uint32_t numerator, std::uint32_t denominator) {
  return std::uint64_t{n} * numerator / denominator;
}

std::uint32_t canary(const Rollout& r) {
  if (r.spec.policy.canary != 0) return r.spec.policy.canary;
  return std::clamp(r.fleet / canary_share, std::uint32_t{1}, canary_max);
}

// Exposed, or on the way to it with a grant: what the cap counts.
std::uint64_t heading_for_exposure(const Rollout& r) {
  const std::uint32_t unexposed = r.in_flight > r.exposed_now ? r.in_flight - r.exposed_now : 0;
  return std::uint64_t{r.tally.exposed} + unexposed + r.proposed;
}

}  // namespace

bool excludes(const Exclusion& bet, std::int32_t at, Verdicts v) noexcept {
  const std::int64_t failed = v.failed < v.seen ? v.failed : v.seen;
  const std::int64_t passed = v.seen - failed;
  std::uint64_t sum = 0;
  for (const Odds& odds : bet.odds) {
    const std::int64_t won = saturating::add(saturating::multiply(failed, odds.failed),
                                             saturating::multiply(passed, odds.passed));
    if (won >= at) return true;
    sum += fixed::exp2_down({saturating::subtract(won, at)});
  }
  return sum >= fixed::one;
}

std::uint32_t failures(const Tally& t) noexcept {
  return t.install_failed + t.rolled_back + t.silent + t.failed_late;
}

std::uint32_t allowed_in_flight(const Policy& p, const Tally& t) noexcept {
  const std::uint64_t earned = share(t.committed, p.growth_permille, 1000);
  const std::uint64_t wanted = std::max<std::uint64_t>(earned, p.canary);
  return narrow(std::min<std::uint64_t>(wanted, p.in_flight_max));
}

bool must_halt(const Policy& p, const Tally& t) noexcept {
  return p.failure_limit != 0 && failures(t) >= p.failure_limit;
}

bool too_small_to_accept(const Rollout& r) noexcept { return r.fleet < r.spec.policy.accept_needs; }

std::uint32_t exposure_cap(const Rollout& r) noexcept {
  if (!on_evidence(r.spec.policy) || r.accepted || too_small_to_accept(r)) return no_cap;
  const std::uint64_t of_fleet = share(r.fleet, r.spec.policy.cap_ppm, 1'000'000);
  const std::uint64_t once = std::max<std::uint64_t>(of_fleet, r.spec.policy.accept_needs);
  return narrow(once * (std::uint64_t{r.answered_for} + 1));
}

std::uint32_t allowed_exposed(const Rollout& r) noexcept {
  const Policy& p = r.spec.policy;
  if (!on_evidence(p)) return allowed_in_flight(p, r.tally);
  const std::uint32_t growth = r.accepted ? p.growth_permille : p.growth_unproven;
  const std::uint64_t earned = share(r.tally.committed, growth, 1000);
  const std::uint64_t wanted = std::max<std::uint64_t>(earned, canary(r));
  return narrow(std::min<std::uint64_t>(wanted, p.in_flight_max));
}

std::uint32_t allowed_in_flight(const Rollout& r) noexcept {
  const Policy& p = r.spec.policy;
  if (!on_evidence(p)) return allowed_in_flight(p, r.tally);
  const std::uint64_t exposed = allowed_exposed(r);
  const std::uint64_t ahead = exposed * (std::uint64_t{1000} + p.installs_ahead) / 1000;
  const std::uint64_t cap = exposure_cap(r), heading = heading_for_exposure(r);
  const std::uint64_t below_cap = cap > heading ? cap - heading : 0;
  return narrow(std::min(ahead, r.in_flight + r.proposed + below_cap));
}

bool may_expose(const Rollout& rollout, const Appliance& row) noexcept {
  if (row.stage == Stage::token) return true;  // once more
  const Policy& policy = rollout.spec.policy;
  if (policy.download_only) return false;
  return !on_evidence(policy) || (rollout.exposed_now < allowed_exposed(rollout) &&
                                  rollout.tally.exposed < exposure_cap(rollout));
}

bool must_halt(const Rollout& r) noexcept {
  const Policy& p = r.spec.policy;
  if (must_halt(p, r.tally)) return true;
  return on_evidence(p) && excludes(p.excess, p.excess.at, r.verdicts);
}

bool must_halt(const Policy& p, const Stratum& s) noexcept {
  return on_evidence(p) && excludes(p.excess, p.stratum_at, s.verdicts);
}

bool may_accept(const Rollout& r) noexcept {
  const Policy& p = r.spec.policy;
  return on_evidence(p) && excludes(p.twice, p.twice.at, r.verdicts);
}

bool must_hold(const Rollout& r) noexcept {
  return r.phase == RolloutPhase::running && !r.accepted && r.exposed_now == 0 &&
         r.tally.exposed >= exposure_cap(r);
}

}  // namespace drydock::planner
