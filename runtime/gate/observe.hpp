#pragma once
// What health-gate sees of a boot before it judges it.
#include <vector>

#include "actors/health_gate/machine.hpp"
#include "runtime/config/agent.hpp"
#include "runtime/config/health_checks.hpp"

namespace drydock::gate {

struct Observation {
  HealthGate::BootObserved boot;
  std::vector<config::HealthCheck> checks;  // of the slot that runs
};

// Errors: which slot or boot this is cannot be told. A list of checks that cannot be read counts as
// one required check without a command: unknown, never success.
Result<Observation> observe(const config::AgentConfig& config);

}  // namespace drydock::gate
