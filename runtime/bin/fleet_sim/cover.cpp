#include "runtime/bin/fleet_sim/cover.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "runtime/bin/fleet_sim/host.hpp"
#include "runtime/bin/fleet_sim/seeds.hpp"
#include "simulations/coverage/coverage.hpp"
#include "simulations/report/coverage_run.hpp"
#include "simulations/scenarios/library.hpp"

namespace drydock::fleet_sim {
namespace {

constexpr std::uint32_t appliances_max = 10'000;

}  // namespace

CLI::App* add_cover_verb(CLI::App& app, CoverOptions& options) {
  CLI::App* verb = app.add_subcommand(
      "coverage", "play every scenario small; exit code 1 when a name was never reached");
  verb->add_option("--seeds", options.seeds, "of every scenario; default: 1..40");
  verb->add_option("--appliances", options.appliances, "of every scenario; default: 40")
      ->check(CLI::Range(std::uint32_t{1}, appliances_max));
  verb->add_flag("--json", options.json, "end with one line of JSON");
  return verb;
}

void print_never_reached(const std::vector<std::string_view>& never) {
  const std::size_t all = sim::coverage::names.size();
  std::cout << fmt::format("coverage: {} of {} names reached\n", all - never.size(), all);
  for (const std::string_view name : never) std::cout << fmt::format("  never: {}\n", name);
}

int cover(const CoverOptions& options) {
  const Stopwatch watch;
  const auto seeds = read_seeds(options.seeds);
  if (!seeds) {
    std::cerr << fmt::format("fleet-sim coverage: {}\n", seeds.error().text);
    return 2;
  }
  const auto out = sim::run_for_coverage(sim::scenario_names(sim::scenario_folders()),
                                         {seeds->first, seeds->last, options.appliances},
                                         [](const std::string& summary) { std::cout << summary; });
  if (!out) {
    std::cerr << fmt::format("fleet-sim coverage: {}\n", out.error().text);
    return 2;
  }
  print_never_reached(out->never_reached);
  std::cout << fmt::format("{} runs, {} violations\n", out->runs, out->violations);
  if (options.json) {
    nlohmann::ordered_json j;
    j["runs"] = out->runs;
    j["names"] = sim::coverage::names.size();
    j["never_reached"] = out->never_reached;
    j["violations"] = out->violations;
    std::cout << with_host(j.dump(), out->events, watch) << "\n";
  }
  return out->violations == 0 && out->never_reached.empty() ? 0 : 1;
}

}  // namespace drydock::fleet_sim
