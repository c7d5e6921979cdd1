#pragma once
// What all parts of one run share. Owned by the world; outlives every appliance and the centre.
#include "simulations/engine/letters.hpp"
#include "simulations/model/happening.hpp"
#include "simulations/model/releases.hpp"
#include "simulations/model/witness.hpp"

namespace drydock::sim {

struct Identity {
  ApplianceId id;
  ClientId client;
  SiteId site;
  HardwareId hardware;
};
// Sites hold one and two appliances in turn; two clients share them; two models of hardware.
Identity identity_of(std::uint32_t appliance);

struct Ground {
  Ground(const Scenario& of, std::uint64_t with_seed, std::uint32_t sources, Witness& seen_by)
      : scenario(of),
        seed(with_seed),
        run(with_seed, sources),
        releases(of, with_seed),
        witness(seen_by) {}

  const Scenario& scenario;
  std::uint64_t seed;
  Run run;
  Releases releases;
  Witness& witness;
  Letters<CheckInLetter> check_ins;
  Letters<AnswerLetter> answers;

  static constexpr WallTime midnight{1'767'571'200'000};  // when a run begins: 2026-01-05 UTC
};

// A quarter more or less, evenly.
Duration about(Duration d, Dice dice);

}  // namespace drydock::sim
