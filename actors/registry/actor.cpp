#include "actors/registry/actor.hpp"

namespace drydock {

shell::Handle<Registry> spawn_registry(caf::actor_system& system, const shell::Host& host,
                                       Stepper<Registry> stepper,
                                       std::shared_ptr<CentreDirectory> directory,
                                       RegistryWorld world) {
  return shell::spawn_machine<Registry>(
      system, host, std::move(stepper), std::move(directory),
      [answered = std::move(world.answered)](const OperatorAnswered& e) { answered(e); });
}

}  // namespace drydock
