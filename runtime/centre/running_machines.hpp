#pragma once
// The three actors, running. CAF stays behind this door.
#include <memory>

#include "actors/stepper.hpp"
#include "runtime/centre/machines.hpp"
#include "runtime/observe/progress.hpp"
#include "runtime/shell/turns.hpp"

namespace drydock::centre {

struct World {  // where effects go that are no machine's event; none of them may block
  std::function<void(const Gateway::Respond&)> respond;
  std::function<void(const Gateway::Refuse&)> refuse;
  std::function<void(const Planner::Propose&)> propose;
  std::function<void(const OperatorAnswered&)> answered;
};

struct Recovered {  // each machine as its last durable turn left it
  Stepper<Gateway> gateway;
  Stepper<Registry> registry;
  Stepper<Planner> planner;
};

class RunningMachines final : public Machines {
 public:
  // Journal, clock and what the world refers to outlive this.
  RunningMachines(journal::Journal& journal, std::function<shell::Moment()> now, std::uint64_t seed,
                  Recovered recovered, World world);
  ~RunningMachines() override;  // stop()

  // Ends the actors. What they still had to say is lost; what is durable is not.
  void stop();

  void tell(const Gateway::Event& event) override;
  void tell(const Registry::Event& event) override;
  void tell(const Planner::Event& event) override;
  void look(std::function<void(const Gateway::Store&)> look) override;
  void look(std::function<void(const Registry::Store&)> look) override;
  void look(std::function<void(const Planner::Store&)> look) override;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace drydock::centre
