#pragma once
// Every scenario small, over seeds: nothing may be found, and every name of simulations/coverage
// must be reached.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace drydock::fleet_sim {

struct CoverOptions {
  std::string seeds = "1..40";
  std::uint32_t appliances = 40;
  bool json = false;
};
CLI::App* add_cover_verb(CLI::App& app, CoverOptions& options);
// 0: all is so; 1: something was found, or a name never reached; 2: a bad option or scenario.
int cover(const CoverOptions& options);

void print_never_reached(const std::vector<std::string_view>& never);

}  // namespace drydock::fleet_sim
