#pragma once
// What a rollout as a whole waits for, since when, and which appliances keep it waiting. Internal
// to this folder.
#include "runtime/centre/rollout_changes.hpp"

namespace drydock::centre {

// "waits_for" (a sentence), "waits_since_ms", "waits_ms", and where the rollout was looked at
// closely "waiting" (by reason) and "late" (whose turn it is, and who does not ask).
Json waits_json(const OperatorParts& parts, const RolloutView& view);

}  // namespace drydock::centre
