#include "simulations/model/clocks.hpp"

#include "runtime/kernel/dice.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t drift_stream = 0x647266, jump_stream = 0x6A6D70;

// Evenly from -most to most.
std::int64_t either_way(Dice& dice, std::int64_t most) {
  return static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(2 * most + 1))) - most;
}

}  // namespace

ClockJump jump_of(const FaultMix& faults, std::uint64_t seed, std::uint64_t appliance) {
  if (faults.clock_jumps_permille == 0) return {};
  Dice dice(seed ^ jump_stream, appliance, 0);
  if (dice.below(1000) >= faults.clock_jumps_permille) return {};
  const Instant at{
      static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(faults.span.value) + 1))};
  return {at, {either_way(dice, faults.clock_jump.value)}};
}

Duration clock_error(const FaultMix& faults, std::uint64_t seed, std::uint64_t appliance,
                     Instant now) {
  if (now >= faults.until) return {};  // somebody has set it right
  Duration error;
  if (faults.clock_drift_ppm != 0) {
    Dice dice(seed ^ drift_stream, appliance, 0);
    const std::int64_t ppm = either_way(dice, faults.clock_drift_ppm);
    error = {now.value / 1000 * ppm / 1000};
  }
  const ClockJump jump = jump_of(faults, seed, appliance);
  return now < jump.at ? error : error + jump.by;
}

}  // namespace drydock::sim
