#pragma once
// The updater as a CAF actor: the typed handle (exactly the machine's events) and how it is
// spawned.
#include "runtime/shell/appliance/directory.hpp"

namespace drydock {

using UpdaterActor = shell::Handle<Updater>;
UpdaterActor spawn_updater(caf::actor_system& system, shell::Start<Updater> start);

}  // namespace drydock
