#pragma once
// The reporter as a CAF actor: the typed handle (exactly the machine's events) and how it is
// spawned.
#include "runtime/shell/appliance/directory.hpp"

namespace drydock {

using ReporterActor = shell::Handle<Reporter>;
ReporterActor spawn_reporter(caf::actor_system& system, shell::Start<Reporter> start);

}  // namespace drydock
