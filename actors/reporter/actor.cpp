#include "actors/reporter/actor.hpp"

#include "runtime/shell/owed_reports.hpp"
namespace drydock {

ReporterActor spawn_reporter(caf::actor_system& system, shell::Start<Reporter> start) {
  return shell::spawn_machine<Reporter>(system, start.host, std::move(start.stepper),
                                        std::move(start.directory), std::move(start.world));
}

}  // namespace drydock
