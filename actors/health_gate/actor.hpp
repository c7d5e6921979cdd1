#pragma once
// The health_gate as a CAF actor: the typed handle (exactly the machine's events) and how it is
// spawned.
#include "runtime/shell/appliance/directory.hpp"

namespace drydock {

using HealthGateActor = shell::Handle<HealthGate>;
HealthGateActor spawn_health_gate(caf::actor_system& system, shell::Start<HealthGate> start);

}  // namespace drydock
