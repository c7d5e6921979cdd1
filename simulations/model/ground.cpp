#include "simulations/model/ground.hpp"

namespace drydock::sim {

Identity identity_of(std::uint32_t appliance, const FleetShape& fleet) {
  const std::uint32_t n = appliance - 1;  // appliances begin at 1
  const std::uint32_t size = fleet.site_size;
  const std::uint32_t site = size == 0 ? n / 3 * 2 + (n % 3 == 0 ? 0 : 1) : n / size;
  const std::uint32_t rare = fleet.rare_one_in;
  const std::uint32_t model = rare != 0 ? appliance % rare == 0 : appliance % fleet.models;
  return {{mix64(appliance) | 1}, {site % 2 + 1}, {site + 1}, {model + 1}};
}

Duration about(Duration d, Dice dice) {
  const std::int64_t quarter = d.value / 4;
  return {d.value - quarter +
          static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(2 * quarter + 1)))};
}

}  // namespace drydock::sim
