#pragma once
// What the wall clock of a simulated appliance says. A pure function of (seed, appliance, time): a
// clock needs no memory of its own.
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

struct ClockJump {
  Instant at;
  Duration by;  // 0: this clock never jumps
};
ClockJump jump_of(const FaultMix& faults, std::uint64_t seed, std::uint64_t appliance);

inline bool clocks_may_err(const FaultMix& faults) {
  return faults.clock_drift_ppm != 0 || faults.clock_jumps_permille != 0;
}
// How far a clock that was once set is off by now: its drift, and its jump.
Duration clock_error(const FaultMix& faults, std::uint64_t seed, std::uint64_t appliance,
                     Instant now);

}  // namespace drydock::sim
