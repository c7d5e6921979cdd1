#pragma once
// A policy file as the centre takes it: compiled into the planner's bounded Policy, then JSON.
#include <string>
#include <vector>

#include "messages/centre.hpp"
#include "runtime/command/json.hpp"
#include "runtime/windows/spec.hpp"

namespace drydock::command {

struct CompiledPolicy {
  Policy policy;
  std::string client;               // of select.clients; empty: every client
  std::vector<std::string> sites;   // of select.sites; empty: every site
  std::vector<std::string> labels;  // of select.labels; empty: whatever its site has
  windows::Spec maintenance;        // when its reboots may be asked for
  std::string note;                 // what the reader of the file should know; may be empty
};

// Malformed with file, line and key for what is no policy, and for a key that a rollout cannot
// carry yet: a policy that is followed only in part is never sent.
Result<CompiledPolicy> compile_policy(const std::string& path);

// Durations in milliseconds, growth in thousandths.
Json policy_json(const Policy& policy);
// Null where the windows are always open.
Json calendar_json(const windows::Spec& maintenance);

}  // namespace drydock::command
