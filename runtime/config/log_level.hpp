#pragma once
// How much a program says; runtime/observe gives each its meaning.
#include <cstdint>

namespace drydock::config {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

}  // namespace drydock::config
