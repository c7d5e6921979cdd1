#pragma once
// drydock rollout watch: follows one rollout to its end.
#include <string>

#include "runtime/command/verbs.hpp"

namespace drydock::command {

// A centre that restarts is waited for so many questions in a row; the first must be answered.
inline constexpr unsigned unanswered_max = 30;

// done: complete; halted; paused; failed: settled with failures, or no answer any more.
Exit watch(const std::string& rollout, Duration every, Session& session, Centre& centre);

}  // namespace drydock::command
