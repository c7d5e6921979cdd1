#pragma once
// What every simulated appliance has beside its machines: boot state, slots, what root-helper
// remembers. All of it is durable; it survives kills and power cuts.
#include <span>

#include "actors/health_gate/machine.hpp"
#include "simulations/model/boot_state.hpp"

namespace drydock::sim {

struct Box {
  BootState boot_state;
  OrderNumber reboot_order;   // the newest token root-helper took up
  Epoch epoch;                // the highest of any order it took up
  bool reboot_armed = false;  // the newest token is used up
};

// What root-helper is asked, by whom, and what it is asked with.
struct HelperAsk {
  enum class Verb : std::uint8_t { arm, disarm, commit, reboot, arm_return };
  Verb verb = Verb::reboot;
  std::uint32_t process = 0;  // of the agent that asked
  BootId boot;
  UpdateId update;
  Grant grant;
};

using GateLog = std::span<const HealthGate::GateLogRead>;

// root-helper's rules (runtime/boot/helper), without its signatures and disks. `boot` and `running`
// are of the boot that asks. Answers none when it was done.
Reason helper_arm(Box& box, const Grant& token, Slot running, WallTime wall, WallTrust trust);
Reason helper_arm_return(Box& box, UpdateId right, UpdateId update, Slot running);
void helper_disarm(Box& box);
Reason helper_commit(Box& box, GateLog log, const HelperAsk& ask, BootId boot, Slot running);

}  // namespace drydock::sim
