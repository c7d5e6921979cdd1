#pragma once
// Where the files lie that come with the scenarios.
#include <filesystem>
#include <string>

#include "simulations/scenarios/library.hpp"

namespace drydock::fleet_sim {

// `path` as in the folder simulations/: beside the first folder of scenarios that has it, else
// there from where the program is run.
inline std::string place_of(const std::string& path) {
  for (const std::string& folder : sim::scenario_folders()) {
    const auto file = std::filesystem::path(folder).parent_path() / path;
    std::error_code error;
    if (std::filesystem::exists(file, error)) return file.string();
  }
  return "simulations/" + path;
}

}  // namespace drydock::fleet_sim
