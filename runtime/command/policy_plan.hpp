#pragma once
// A policy in words: who goes first, how many at most at each moment, when it would stop. And what
// of it could never be met, by a fleet of a given size.
#include <string>
#include <vector>

#include "messages/policy.hpp"
#include "runtime/command/policy.hpp"

namespace drydock::command {

struct Plan {
  std::vector<std::string> words;       // one sentence or two each
  std::vector<std::string> impossible;  // each names the key; empty: the policy can be followed
};

// `fleet`: appliances it would be for, at least 1. The numbers are asked of the planner's own
// rules.
Plan plan_of(const Policy& policy, std::uint32_t fleet);

// Adds when its reboots may be asked for, from `now` on.
void plan_windows(const CompiledPolicy& compiled, WallTime now, Plan& plan);

}  // namespace drydock::command
