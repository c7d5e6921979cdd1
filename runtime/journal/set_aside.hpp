#pragma once
// Putting away a database that cannot be trusted: <path>/db becomes <path>/journal.lost-<n>.
#include <optional>
#include <string>

#include "runtime/result.hpp"

namespace drydock::journal {

inline constexpr std::size_t lost_kept_max = 2;  // the oldest beyond these is removed

// Renames the database and leaves the reason in it; durable when it returns.
Status set_aside(const std::string& path, const std::string& why);
// The reason of the newest journal.lost-<n>, if there is one.
std::optional<std::string> newest_loss(const std::string& path);

}  // namespace drydock::journal
