#include "actors/planner/evidence.hpp"

namespace drydock::planner {

std::uint32_t failures(const Tally& t) noexcept {
  return t.install_failed + t.rolled_back + t.silent + t.failed_late;
}

std::uint32_t allowed_in_flight(const Policy& p, const Tally& t) noexcept {
  const std::uint64_t earned = std::uint64_t{t.committed} * p.growth_permille / 1000;
  const std::uint64_t wanted = earned > p.canary ? earned : p.canary;
  return wanted < p.in_flight_max ? static_cast<std::uint32_t>(wanted) : p.in_flight_max;
}

bool must_halt(const Policy& p, const Tally& t) noexcept { return failures(t) >= p.failure_limit; }

}  // namespace drydock::planner
