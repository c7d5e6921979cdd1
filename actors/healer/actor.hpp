#pragma once
// The healer as a CAF actor: the typed handle (exactly the machine's events) and how it is spawned.
#include "runtime/shell/appliance/directory.hpp"

namespace drydock {

using HealerActor = shell::Handle<Healer>;
HealerActor spawn_healer(caf::actor_system& system, shell::Start<Healer> start);

}  // namespace drydock
