#include "actors/updater/actor.hpp"

namespace drydock {

UpdaterActor spawn_updater(caf::actor_system& system, shell::Start<Updater> start) {
  return shell::spawn_machine<Updater>(system, start.host, std::move(start.stepper),
                                       std::move(start.directory), std::move(start.world));
}

}  // namespace drydock
