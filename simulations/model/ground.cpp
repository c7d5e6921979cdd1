#include "simulations/model/ground.hpp"

namespace drydock::sim {

Duration about(Duration d, Dice dice) {
  const std::int64_t quarter = d.value / 4;
  return {d.value - quarter +
          static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(2 * quarter + 1)))};
}

}  // namespace drydock::sim
