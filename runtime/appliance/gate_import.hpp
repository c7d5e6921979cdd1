#pragma once
// A record of gate.log as the health gate's machine in the agent hears of it.
#include "actors/health_gate/machine.hpp"
#include "runtime/boot/gate_record.hpp"

namespace drydock::appliance {

HealthGate::GateLogRead imported(const boot::GateRecord& record);
}  // namespace drydock::appliance
