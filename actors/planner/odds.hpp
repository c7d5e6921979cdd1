#pragma once
// Compiles a tolerated failure rate into the bets of a policy. Done once, by whoever reads the
// policy; the planner only adds up what stands here. The choice of alternatives: docs/planner.md.
#include "messages/policy.hpp"

namespace drydock::planner {

struct Tolerance {
  std::uint32_t tolerated_ppm = 5'000;     // failures in a million that are nobody's fault
  std::uint32_t reject_error_ppm = 500;    // of halting a release that fails no more often
  std::uint32_t accept_error_ppm = 5'000;  // of accepting one that fails twice as often
};
inline constexpr std::uint32_t tolerated_ppm_min = 100, tolerated_ppm_max = 200'000;
inline constexpr std::uint32_t error_ppm_min = 1, error_ppm_max = 100'000;

// Sets what follows from the tolerance, and nothing else: tolerated_ppm, excess, twice, stratum_at,
// accept_needs. What lies outside the bounds above is brought to them.
void compile(const Tolerance& tolerance, Policy& policy) noexcept;

}  // namespace drydock::planner
