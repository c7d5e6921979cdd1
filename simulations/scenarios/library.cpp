#include "simulations/scenarios/library.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "simulations/scenarios/reading.hpp"

namespace drydock::sim {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view ending = ".yaml";

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<std::string> scenario_folders() {
  std::vector<std::string> folders;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error) {
    folders.push_back((program / "scenarios").string());
    folders.push_back((program.parent_path() / "share/drydock/scenarios").string());
  }
  folders.push_back(DRYDOCK_SCENARIOS);  // where this was built; may be gone
  return folders;
}

std::vector<std::string> scenario_names(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      if (at->path().extension() == ending) names.push_back(at->path().stem().string());
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<Scenario> find_scenario(const std::string& name_or_path,
                               const std::vector<std::string>& folders) {
  const bool is_path =
      name_or_path.find('/') != std::string::npos || name_or_path.ends_with(ending);
  if (is_path) return load_scenario(name_or_path);
  for (const std::string& folder : folders) {
    const fs::path file = fs::path(folder) / (name_or_path + std::string(ending));
    std::error_code error;
    if (fs::exists(file, error)) return load_scenario(file.string());
  }
  return Error{
      ErrorKind::not_found,
      fmt::format("there is no scenario \"{}\"; choose one of {}, or give the path of a file",
                  name_or_path, listed(scenario_names(folders)))};
}

Result<Scenario> scenario_named(std::string_view name) {
  return find_scenario(std::string(name), scenario_folders());
}

}  // namespace drydock::sim
