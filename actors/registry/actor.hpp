#pragma once
// The registry's actor: its world is the operators that wait for an answer.
#include "runtime/shell/centre_directory.hpp"

namespace drydock {

// Runs on the actor's thread and must not block.
struct RegistryWorld {
  std::function<void(const OperatorAnswered&)> answered;
};

shell::Handle<Registry> spawn_registry(caf::actor_system& system, const shell::Host& host,
                                       Stepper<Registry> stepper,
                                       std::shared_ptr<CentreDirectory> directory,
                                       RegistryWorld world);

}  // namespace drydock
