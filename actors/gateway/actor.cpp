#include "actors/gateway/actor.hpp"

#include "runtime/kernel/overloaded.hpp"

namespace drydock {

shell::Handle<Gateway> spawn_gateway(caf::actor_system& system, const shell::Host& host,
                                     Stepper<Gateway> stepper,
                                     std::shared_ptr<CentreDirectory> directory,
                                     GatewayWorld world) {
  return shell::spawn_machine<Gateway>(
      system, host, std::move(stepper), std::move(directory),
      overloaded{[respond = std::move(world.respond)](const Gateway::Respond& e) { respond(e); },
                 [refuse = std::move(world.refuse)](const Gateway::Refuse& e) { refuse(e); }});
}

}  // namespace drydock
