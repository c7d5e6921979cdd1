#pragma once
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

inline constexpr Duration command_limit = seconds(30);

// Runs a program (found on PATH) and waits for its end. Errors: io when it cannot be started or
// ends with another code than 0; timed_out, after killing it, when it runs longer than the limit.
// Never through a shell. Blocking; one thread.
Status run_command(const std::vector<std::string>& argv, Duration limit = command_limit);

}  // namespace drydock::boot
