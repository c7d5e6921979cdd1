#pragma once
// The digests that every build of fleet-sim must come to, whatever its compiler and its flags:
// lines of "scenario seed appliances digest" in simulations/golden/digests.txt.
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/result.hpp"

namespace CLI {
class App;
}

namespace drydock::fleet_sim {

std::string golden_file();  // beside the program, installed, or where this was built

struct GoldenEnd {
  std::size_t equal = 0;
  std::vector<std::string> different;  // in words
};
// Runs what each line names. malformed, with its line, when the file is no good.
Result<GoldenEnd> compare_golden(const std::string& file);
// Every scenario, a few seeds, a small fleet.
Status write_golden(const std::string& file);

struct GoldenOptions {
  std::string file;
  bool write = false;
};
CLI::App* add_golden_verb(CLI::App& app, GoldenOptions& options);
int golden(const GoldenOptions& options);

}  // namespace drydock::fleet_sim
