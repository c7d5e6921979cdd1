#include "actors/health_gate/actor.hpp"

namespace drydock {

HealthGateActor spawn_health_gate(caf::actor_system& system, shell::Start<HealthGate> start) {
  return shell::spawn_machine<HealthGate>(system, start.host, std::move(start.stepper),
                                          std::move(start.directory), std::move(start.world));
}

}  // namespace drydock
