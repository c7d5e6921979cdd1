#pragma once
// The scenarios that have a name, in code.
#include <optional>
#include <string_view>
#include <vector>

#include "simulations/model/scenario.hpp"

namespace drydock::sim {

std::vector<Scenario> named_scenarios();
std::optional<Scenario> scenario_named(std::string_view name);

}  // namespace drydock::sim
