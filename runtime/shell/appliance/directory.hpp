#pragma once
// The five actors of one appliance and how a process spawns them. CAF stays behind this folder and
// the actors' own actor.* files.
#include "actors/healer/machine.hpp"
#include "actors/health_gate/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/updater/machine.hpp"
#include "runtime/shell/machine_actor.hpp"

namespace drydock::shell {

using ApplianceDirectory = Directory<Scheduler, Updater, HealthGate, Reporter, Healer>;

// What carries out the effects of M that are no peer's event and no timer. Runs on the actor's
// thread, must not block.
template <class M>
using World = std::function<void(const typename M::Effect&)>;

template <class M>
struct Start {
  const Host& host;
  Stepper<M> stepper;  // recovered
  std::shared_ptr<ApplianceDirectory> directory;
  World<M> world;
};

}  // namespace drydock::shell
