#pragma once
// compliance-agent as a whole: five actors over one journal, their workers, and the first events.
// It holds no decision; what an actor wants done is done by runtime/appliance.
#include <functional>
#include <memory>

#include "runtime/config/agent.hpp"
#include "runtime/result.hpp"

namespace drydock::shell {

class Agent {
 public:
  // Opens identity, journal and clock, waits for root-helper, recovers the machines and starts
  // them. Errors name what is missing and what to do; nothing has been changed then.
  static Result<std::unique_ptr<Agent>> start(const config::AgentConfig& config);
  // Stops the actors, finishes what the workers have begun, closes the journal cleanly.
  ~Agent();

 private:
  struct Parts;
  explicit Agent(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drydock::shell
