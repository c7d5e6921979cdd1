#include "simulations/model/releases.hpp"

namespace drydock::sim {

const Release* Releases::find(Version version) const {
  for (const Release& release : scenario_.releases)
    if (release.version == version) return &release;
  return nullptr;
}

bool Releases::some(Defect defect) const {
  for (const Release& release : scenario_.releases)
    if (release.defect == defect) return true;
  return false;
}

Defect Releases::defect(Version version, ApplianceId appliance, HardwareId hardware) const {
  constexpr std::uint64_t stream = 0x72656C;
  const Release* release = find(version);
  if (release == nullptr || release->defect == Defect::none) return Defect::none;
  Dice dice(seed_ ^ stream, appliance.value, version.value);
  const bool elsewhere = release->only_on && hardware && release->only_on != hardware;
  const std::uint32_t share = elsewhere ? release->elsewhere_permille : release->share_permille;
  return dice.below(1000) < share ? release->defect : Defect::none;
}

std::uint32_t Releases::chunks(Version version) const {
  const Release* release = find(version);
  return release == nullptr ? 64 : release->chunks;
}

}  // namespace drydock::sim
