#pragma once
// The scheduler as a CAF actor: the typed handle (exactly the machine's events) and how it is
// spawned.
#include "runtime/shell/appliance/directory.hpp"

namespace drydock {

using SchedulerActor = shell::Handle<Scheduler>;
SchedulerActor spawn_scheduler(caf::actor_system& system, shell::Start<Scheduler> start);

}  // namespace drydock
