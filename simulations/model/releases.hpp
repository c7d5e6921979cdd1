#pragma once
// The truth about releases: how one behaves on one appliance. Drawn by (seed, appliance, version),
// so it is the same at every boot and does not move when something else in the scenario does.
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

class Releases {
 public:
  Releases(const Scenario& scenario, std::uint64_t seed) : scenario_(scenario), seed_(seed) {}

  static constexpr std::uint8_t checks = 3;
  static constexpr std::uint64_t required = 0b011;  // the third is only wanted

  const Release* find(Version version) const;
  bool some(Defect defect) const;  // has any release this defect?
  // Of the release on an appliance of this model; without one, as if the model did not matter.
  Defect defect(Version version, ApplianceId appliance, HardwareId hardware = {}) const;
  std::uint32_t chunks(Version version) const;

 private:
  const Scenario& scenario_;
  std::uint64_t seed_;
};

}  // namespace drydock::sim
