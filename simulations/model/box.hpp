#pragma once
// What lies on a simulated appliance beside its machines: boot state, slots, gate.log, the outbox
// of reports. All of it is durable; it survives kills and power cuts.
#include <vector>

#include "actors/health_gate/machine.hpp"
#include "messages/report.hpp"
#include "simulations/model/boot_state.hpp"

namespace drydock::sim {

struct Box {
  BootState boot_state;
  std::vector<HealthGate::GateLogRead> gate_log;  // sequences 1, 2, 3, ...
  std::vector<Report> outbox;                     // in order, oldest first
  OrderNumber reboot_order;                       // the newest token root-helper took up
  bool reboot_armed = false;                      // ... and used up
  Epoch epoch;                                    // the highest of any order it took up
};

// What root-helper is asked, by whom, and what it is asked with.
struct HelperAsk {
  enum class Verb : std::uint8_t { arm, disarm, commit, reboot };
  Verb verb = Verb::reboot;
  std::uint32_t process = 0;  // of the agent that asked
  BootId boot;
  UpdateId update;
  Grant grant;
};

// root-helper's rules (runtime/boot/helper), without its signatures and disks. `boot` and `running`
// are of the boot that asks. Answers none when it was done.
Reason helper_arm(Box& box, const Grant& token, Slot running, WallTime wall, WallTrust trust);
void helper_disarm(Box& box);
Reason helper_commit(Box& box, const HelperAsk& ask, BootId boot, Slot running);

}  // namespace drydock::sim
