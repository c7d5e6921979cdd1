#pragma once
// A rollout policy out of a request.
#include "messages/centre.hpp"
#include "runtime/centre/json_input.hpp"

namespace drydock::centre {

// Absent keys keep the planner's defaults. A policy that could never move, never stop, or count a
// box as failed while it may still reboot, is a problem of `in`.
Policy read_policy(JsonInput& in);
nlohmann::ordered_json policy_json(const Policy& policy);

}  // namespace drydock::centre
