#pragma once
// health-gate --verify: the health gate's machine in the plain loop. It observes the boot, runs the
// slot's checks, writes one verdict into gate.log and, when no attempt is left, ends the trial.
#include <functional>

#include "runtime/boot/disks/slots.hpp"
#include "runtime/config/agent.hpp"

namespace drydock::gate {

// What `health-gate --verify` exits with.
enum class Exit : int {
  healthy = 0,    // or nothing was pending
  failed = 1,     // this attempt; it will be retried
  fell_back = 2,  // no attempt is left: the good slot boots next
};

// Blocks until the verdict is durable. When the boot cannot even be observed, the answer is failed:
// unknown is never success.
Exit verify(const config::AgentConfig& config);

// health-gate --stopping: the system is going down in an orderly way. Was a trial stopped by a
// person? Then its try is given back, and gate.log says so. healthy: all is as it should be.
Exit stopping(const config::AgentConfig& config);

}  // namespace drydock::gate
