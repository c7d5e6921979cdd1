#pragma once
// The actors that live together at the centre.
#include "actors/gateway/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "runtime/shell/machine_actor.hpp"

namespace drydock {

using CentreDirectory = shell::Directory<Gateway, Registry, Planner>;

}  // namespace drydock
