#pragma once
// The planner's actor: its world is the decision log, and the operators that wait for an answer.
#include "runtime/shell/centre_directory.hpp"

namespace drydock {

// Both run on the actor's thread, in the order of the effects, and must not block.
struct PlannerWorld {
  std::function<void(const Planner::Propose&)> propose;
  std::function<void(const OperatorAnswered&)> answered;
};

shell::Handle<Planner> spawn_planner(caf::actor_system& system, const shell::Host& host,
                                     Stepper<Planner> stepper,
                                     std::shared_ptr<CentreDirectory> directory,
                                     PlannerWorld world);

}  // namespace drydock
