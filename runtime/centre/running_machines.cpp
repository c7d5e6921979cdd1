#include "runtime/centre/running_machines.hpp"

#include "actors/gateway/actor.hpp"
#include "actors/planner/actor.hpp"
#include "actors/registry/actor.hpp"

namespace drydock::centre {
namespace {

constexpr std::size_t scheduler_threads = 2;

struct Config : caf::actor_system_config {
  Config() {
    set("scheduler.policy", caf::atom("sharing"));  // no polling: one queue feeds three actors
    set("scheduler.max-threads", scheduler_threads);
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

}  // namespace

struct RunningMachines::Inside {
  journal::Journal& journal;
  Config config;
  caf::actor_system system{config};
  std::shared_ptr<CentreDirectory> directory = std::make_shared<CentreDirectory>();
  bool running = true;

  explicit Inside(journal::Journal& j) : journal(j) {}

  template <class M>
  void inspect(std::function<void(const typename M::Store&)> look) {
    caf::anon_send(directory->get<M>(),
                   shell::Inspect<M>{[look = std::move(look)](const Stepper<M>& stepper) {
                     look(stepper.store());
                   }});
  }
  template <class M>
  void end(caf::scoped_actor& self) {
    auto& handle = directory->get<M>();
    caf::anon_send_exit(handle, caf::exit_reason::kill);
    self->wait_for(handle);
  }
};

RunningMachines::RunningMachines(journal::Journal& journal, std::function<shell::Moment()> now,
                                 std::uint64_t seed, Recovered recovered, World world)
    : inside_(std::make_unique<Inside>(journal)) {
  const shell::Host host{&journal, std::move(now), seed, 0};
  auto& system = inside_->system;
  auto& directory = inside_->directory;
  directory->get<Gateway>() = spawn_gateway(system, host, std::move(recovered.gateway), directory,
                                            {world.respond, world.refuse});
  directory->get<Registry>() =
      spawn_registry(system, host, std::move(recovered.registry), directory, {world.answered});
  directory->get<Planner>() = spawn_planner(system, host, std::move(recovered.planner), directory,
                                            {world.propose, world.answered});
}

RunningMachines::~RunningMachines() { stop(); }

void RunningMachines::stop() {
  if (!std::exchange(inside_->running, false)) return;
  {
    caf::scoped_actor self{inside_->system};
    inside_->end<Gateway>(self);
    inside_->end<Registry>(self);
    inside_->end<Planner>(self);
  }
  // The journal's callbacks hold handles of this system: none may be left when it goes.
  (void)inside_->journal.flush();
}

void RunningMachines::tell(const Gateway::Event& event) {
  inside_->directory->post<Gateway>(event);
}
void RunningMachines::tell(const Registry::Event& event) {
  inside_->directory->post<Registry>(event);
}
void RunningMachines::tell(const Planner::Event& event) {
  inside_->directory->post<Planner>(event);
}
void RunningMachines::look(std::function<void(const Gateway::Store&)> look) {
  inside_->inspect<Gateway>(std::move(look));
}
void RunningMachines::look(std::function<void(const Registry::Store&)> look) {
  inside_->inspect<Registry>(std::move(look));
}
void RunningMachines::look(std::function<void(const Planner::Store&)> look) {
  inside_->inspect<Planner>(std::move(look));
}

}  // namespace drydock::centre
