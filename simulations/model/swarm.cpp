#include "simulations/model/swarm.hpp"

#include "runtime/kernel/dice.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t swarm_stream = 0x73776D;

// Every rate has a number of its own: a new kind of fault moves none of the others.
struct Draw {
  std::uint64_t seed;
  std::uint64_t number = 0;
  // Nothing in half of the seeds, else evenly from 1 to `most`.
  std::uint32_t upto(std::uint32_t most) {
    Dice dice(seed ^ swarm_stream, 0, ++number);
    if (dice.below(2) == 0) return 0;
    return 1 + static_cast<std::uint32_t>(dice.below(most));
  }
};

}  // namespace

Scenario swarmed(const Scenario& scenario, std::uint64_t seed) {
  Scenario s = scenario;
  if (s.swarm_heals.value == 0) return s;
  Draw draw{seed};
  FaultMix& f = s.faults;
  f.until = Instant{} + s.swarm_heals;
  f.span = s.swarm_heals;
  f.kills_permille = draw.upto(500);
  f.cuts_permille = draw.upto(300);
  f.point_kills_permille = draw.upto(1000);
  f.point_cuts_permille = draw.upto(500);
  f.points = 20 + draw.upto(200);
  f.centre_kills = draw.upto(8);
  f.centre_pauses = draw.upto(6);
  f.log_lost_permille = draw.upto(200);
  f.log_unknown_permille = draw.upto(200);
  f.drifts_permille = draw.upto(50);
  f.clock_drift_ppm = draw.upto(200);
  f.clock_jumps_permille = draw.upto(100);
  f.disks_full_permille = draw.upto(50);
  f.esp_errors_permille = draw.upto(200);
  f.lies_permille = draw.upto(50);
  f.doubled_acts = draw.upto(1) != 0;
  s.network.lost_permille = draw.upto(100);
  s.network.doubled_permille = draw.upto(200);
  if (draw.upto(1) != 0)
    s.network.latency = {milliseconds(10), milliseconds(40), milliseconds(200), seconds(5)};
  if (const std::uint32_t share = draw.upto(500); share != 0)
    s.network.partitions = {{Instant{s.swarm_heals.value / 4}, {s.swarm_heals.value / 4}, share}};
  f.other_slot_permille = draw.upto(20);
  f.append_errors_permille = draw.upto(100);
  f.journals_lost_permille = draw.upto(200);
  f.stale_permille = draw.upto(100);
  f.reverts_permille = draw.upto(50);
  return s;
}

}  // namespace drydock::sim
