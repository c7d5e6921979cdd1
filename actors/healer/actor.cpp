#include "actors/healer/actor.hpp"

namespace drydock {

HealerActor spawn_healer(caf::actor_system& system, shell::Start<Healer> start) {
  return shell::spawn_machine<Healer>(system, start.host, std::move(start.stepper),
                                      std::move(start.directory), std::move(start.world));
}

}  // namespace drydock
