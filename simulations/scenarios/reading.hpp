#pragma once
// A scenario file: YAML, read strictly. Everything wrong with it is told at once, each with file,
// line, key, what was found and what is accepted. The keys: docs/scenarios.md.
#include <string>
#include <string_view>

#include "runtime/result.hpp"
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

// The scenario is named as the file, without folder and ending.
Result<Scenario> load_scenario(const std::string& path);
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);

}  // namespace drydock::sim
