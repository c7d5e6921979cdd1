#include "actors/planner/actor.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {

shell::Handle<Planner> spawn_planner(caf::actor_system& system, const shell::Host& host,
                                     Stepper<Planner> stepper,
                                     std::shared_ptr<CentreDirectory> directory,
                                     PlannerWorld world) {
  return shell::spawn_machine<Planner>(
      system, host, std::move(stepper), std::move(directory),
      overloaded{
          [propose = std::move(world.propose)](const Planner::Propose& e) { propose(e); },
          [answered = std::move(world.answered)](const OperatorAnswered& e) { answered(e); }});
}

}  // namespace drydock
