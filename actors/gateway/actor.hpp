#pragma once
// The gateway's actor: its world is the requests that wait at the edge.
#include "runtime/shell/centre_directory.hpp"

namespace drydock {

// Both run on the actor's thread and must not block.
struct GatewayWorld {
  std::function<void(const Gateway::Respond&)> respond;
  std::function<void(const Gateway::Refuse&)> refuse;
};

shell::Handle<Gateway> spawn_gateway(caf::actor_system& system, const shell::Host& host,
                                     Stepper<Gateway> stepper,
                                     std::shared_ptr<CentreDirectory> directory,
                                     GatewayWorld world);

}  // namespace drydock
