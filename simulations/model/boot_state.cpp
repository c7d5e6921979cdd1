#include "simulations/model/boot_state.hpp"

namespace drydock::sim {

Boot choose_boot(BootState& state) noexcept {
  if (state.trial == Slot::none) return {state.good, 0, 0};
  if (state.tries_id != state.update) {
    state.tries_id = state.update;
    state.tries_left = tries_an_update;
  }
  if (state.tries_left == 0) return {state.good, 0, 1};
  --state.tries_left;
  if (!state.slot(state.trial).whole()) return {state.good, state.tries_left, 1};
  return {state.trial, state.tries_left, 0};
}

}  // namespace drydock::sim
