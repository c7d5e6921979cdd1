#pragma once
// The scenarios that have a name: *.yaml files, each named as its file. Folders are searched in
// turn: what lies beside the program comes before what was installed, and that before the source.
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.hpp"
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

// <program's folder>/scenarios, <program's folder>/../share/drydock/scenarios, the source tree.
std::vector<std::string> scenario_folders();

// Every name once, in the order of the alphabet.
std::vector<std::string> scenario_names(const std::vector<std::string>& folders);

// By name, or by path: what holds a slash or ends in .yaml is a path. not_found names the names.
Result<Scenario> find_scenario(const std::string& name_or_path,
                               const std::vector<std::string>& folders);

// In the standard folders.
Result<Scenario> scenario_named(std::string_view name);

}  // namespace drydock::sim
