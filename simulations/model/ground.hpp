#pragma once
// What all parts of one run share. Owned by the world; outlives every appliance and the centre.
#include <tuple>
#include <vector>

#include "actors/gateway/machine.hpp"
#include "actors/healer/machine.hpp"
#include "actors/health_gate/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/updater/machine.hpp"
#include "simulations/engine/fifo.hpp"
#include "simulations/engine/letters.hpp"
#include "simulations/engine/pool.hpp"
#include "simulations/model/happening.hpp"
#include "simulations/model/links.hpp"
#include "simulations/model/releases.hpp"
#include "simulations/model/under_way.hpp"
#include "simulations/model/witness.hpp"

namespace drydock::sim {

struct Identity {
  ApplianceId id;
  ClientId client;
  SiteId site;
  HardwareId hardware;
};
// Two clients share the sites. Inlined always: most who ask want one field.
[[gnu::always_inline]] constexpr Identity identity_of(std::uint32_t appliance,
                                                      const FleetShape& fleet = {}) {
  const std::uint32_t n = appliance - 1;  // appliances begin at 1
  const std::uint32_t size = fleet.site_size;
  const std::uint32_t site = size == 0 ? n / 3 * 2 + (n % 3 == 0 ? 0 : 1) : n / size;
  const std::uint32_t rare = fleet.rare_one_in;
  const std::uint32_t model = rare != 0 ? appliance % rare == 0 : appliance % fleet.models;
  return {{mix64(appliance) | 1}, {site % 2 + 1}, {site + 1}, {model + 1}};
}

// Which of the first `appliances` has this id; 0: none.
constexpr std::uint32_t number_of(ApplianceId id, std::uint32_t appliances) {
  if (id.value % 2 == 0) return 0;
  for (const std::uint64_t mixed : {id.value, id.value - 1}) {  // its lowest bit was set
    const std::uint64_t number = unmix64(mixed);
    if (number != 0 && number <= appliances) return static_cast<std::uint32_t>(number);
  }
  return 0;
}

// What the machines of one appliance tell each other within a moment.
using Told = std::variant<Scheduler::Event, Updater::Event, HealthGate::Event, Reporter::Event,
                          Healer::Event>;

// Events that are known to change nothing: let happen, or spared.
enum class Idle : std::uint8_t { happens, spared };

struct Ground {
  Ground(const Scenario& of, std::uint64_t with_seed, std::uint32_t sources, Witness& seen_by,
         QueueKind queue, Idle with_idle)
      : scenario(of),
        seed(with_seed),
        idle(with_idle),
        run(with_seed, sources, Run::Events(queue)),
        releases(of, with_seed),
        links(of.network, with_seed),
        witness(seen_by) {}

  // Has every fault come to its end?
  bool healed() const { return run.now() >= scenario.faults.until; }
  // What becomes of the n-th message of this sender, between the centre and this site.
  Carried carry(std::uint32_t sender, SiteId site, std::uint64_t n) const {
    const Network& network = scenario.network;
    if (healed()) return {network.latency.middle(), {}};
    if (links.cut_off(site.value, run.now())) return {};
    if (network.is_plain()) return {network.latency.least(), {}};
    return network.carry(seed, sender, n);
  }

  const Scenario& scenario;
  std::uint64_t seed;
  Idle idle;
  Run run;
  Releases releases;
  Links links;
  Witness& witness;
  Letters<CheckInLetter> check_ins;
  Letters<CheckInAnswered> answers;
  Pool<UnderWay> under_way;
  // Within one moment of one appliance: empty between two events.
  static constexpr std::uint32_t told_max = 64;
  Fifo<Told, told_max> told;
  // Check-ins whose outcome is not sure to come in time, found during this event.
  struct Impatient {
    std::uint32_t sender = 0, process = 0, serial = 0;
  };
  std::vector<Impatient> impatient;
  // What one step wants done, by machine: made once, for a step fills one and it is read at once.
  std::tuple<EffectsOf<Scheduler>::type, EffectsOf<Updater>::type, EffectsOf<HealthGate>::type,
             EffectsOf<Reporter>::type, EffectsOf<Healer>::type, EffectsOf<Gateway>::type,
             EffectsOf<Registry>::type, EffectsOf<Planner>::type>
      effects;

  static constexpr WallTime earliest{
      1'767'225'600'000};  // 2026-01-01: no clock that is set says less
  static constexpr WallTime midnight{1'767'571'200'000};  // when a run begins: 2026-01-05 UTC
};

// A quarter more or less, evenly.
Duration about(Duration d, Dice dice);

}  // namespace drydock::sim
