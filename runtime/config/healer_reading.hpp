#pragma once
// The section `healer` of agent.yaml.
#include "runtime/config/healer.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {

void read_healer(const Value& value, HealerConfig& out);

}  // namespace drydock::config
