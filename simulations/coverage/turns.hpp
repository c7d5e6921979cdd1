#pragma once
// What can be seen of a machine from outside: the event it took, and what it wants done.
#include "actors/gateway/machine.hpp"
#include "actors/healer/machine.hpp"
#include "actors/health_gate/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/updater/machine.hpp"

namespace drydock::sim::coverage {

template <class M>
void see_turn(const typename M::Event& event, const typename EffectsOf<M>::type& effects);

template <>
void see_turn<Scheduler>(const Scheduler::Event&, const EffectsOf<Scheduler>::type&);
template <>
void see_turn<Updater>(const Updater::Event&, const EffectsOf<Updater>::type&);
template <>
void see_turn<HealthGate>(const HealthGate::Event&, const EffectsOf<HealthGate>::type&);
template <>
void see_turn<Reporter>(const Reporter::Event&, const EffectsOf<Reporter>::type&);
template <>
void see_turn<Healer>(const Healer::Event&, const EffectsOf<Healer>::type&);
template <>
void see_turn<Planner>(const Planner::Event&, const EffectsOf<Planner>::type&);
template <>
inline void see_turn<Registry>(const Registry::Event&, const EffectsOf<Registry>::type&) {}
template <>
inline void see_turn<Gateway>(const Gateway::Event&, const EffectsOf<Gateway>::type&) {}

}  // namespace drydock::sim::coverage
