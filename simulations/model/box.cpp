#include "simulations/model/box.hpp"

#include "messages/returns.hpp"

namespace drydock::sim {
namespace {

bool passed_the_gate(GateLog log, BootId boot, UpdateId update) {
  bool passed = false;
  for (const auto& record : log) {
    if (record.boot != boot || record.update != update) continue;
    if (record.verdict == GateVerdict::passed) passed = true;
    if (record.verdict == GateVerdict::failed) passed = false;
  }
  return passed;
}

}  // namespace

Reason helper_arm(Box& box, const Grant& token, Slot running, WallTime wall, WallTrust trust) {
  BootState& state = box.boot_state;
  if (trust == WallTrust::unset) return Reason::clock_untrusted;
  if (token.expires <= wall) return Reason::expired;
  if (state.good != running) return Reason::unexpected_slot;
  const Slot standby = other(running);
  if (!state.slot(standby).whole() || state.slot(standby).version != token.version)
    return Reason::helper_refused;
  if (state.tries_id == token.update && state.tries_left == 0) return Reason::helper_refused;
  if (token.epoch < box.epoch) return Reason::stale_epoch;
  const bool armed = state.trial == standby && state.update == token.update;
  const bool used_up =
      token.order < box.reboot_order || (token.order == box.reboot_order && box.reboot_armed);
  // The answer to this very token was lost: it is done.
  if (used_up) return armed && token.order == box.reboot_order ? Reason::none : Reason::replayed;
  box.reboot_order = token.order;
  box.reboot_armed = true;
  box.epoch = token.epoch;
  state.trial = standby;
  state.update = token.update;
  return Reason::none;
}

// `right`: the update whose commit left the standby slot, when a return there is permitted.
Reason helper_arm_return(Box& box, UpdateId right, UpdateId update, Slot running) {
  BootState& state = box.boot_state;
  const UpdateId trial = return_of(update);
  if (state.good != running) return Reason::unexpected_slot;
  const Slot standby = other(running);
  if (state.trial == standby && state.update == trial) return Reason::none;
  if (right != update || state.tries_id == trial) return Reason::helper_refused;
  state.trial = standby;
  state.update = trial;
  return Reason::none;
}

void helper_disarm(Box& box) {
  box.boot_state.trial = Slot::none;
  box.boot_state.update = {};
}

Reason helper_commit(Box& box, GateLog log, const HelperAsk& ask, BootId boot, Slot running) {
  BootState& state = box.boot_state;
  if (ask.boot != boot || !passed_the_gate(log, boot, ask.update)) return Reason::helper_refused;
  // The answer to an earlier commit was lost: it is done.
  if (state.trial == Slot::none && state.good == running) return Reason::none;
  if (state.trial != running || state.update != ask.update) return Reason::unexpected_slot;
  state.good = running;
  state.trial = Slot::none;
  state.update = {};
  return Reason::none;
}

}  // namespace drydock::sim
