#include "actors/scheduler/actor.hpp"

namespace drydock {

SchedulerActor spawn_scheduler(caf::actor_system& system, shell::Start<Scheduler> start) {
  return shell::spawn_machine<Scheduler>(system, start.host, std::move(start.stepper),
                                         std::move(start.directory), std::move(start.world));
}

}  // namespace drydock
