// fleet-sim: rehearses a rollout with the production decision code. Wiring only; the clock here
// measures this machine and never reaches a simulated decision.
#include <iostream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "runtime/bin/fleet_sim/batch.hpp"
#include "runtime/bin/fleet_sim/bench.hpp"
#include "runtime/bin/fleet_sim/cover.hpp"
#include "runtime/bin/fleet_sim/golden.hpp"
#include "runtime/bin/fleet_sim/host.hpp"
#include "runtime/bin/fleet_sim/seeds.hpp"
#include "simulations/coverage/coverage.hpp"
#include "simulations/planner_table/verb.hpp"
#include "simulations/report/outcome.hpp"
#include "simulations/scenarios/library.hpp"
#include "simulations/scenarios/memory.hpp"

namespace {

using drydock::fleet_sim::SeedRange;
using drydock::fleet_sim::Stopwatch;
using drydock::fleet_sim::with_host;
using drydock::sim::Outcome;
using drydock::sim::Scenario;

constexpr unsigned jobs_max = 64;

struct Options {
  std::string scenario;
  std::uint64_t seed = 1;
  std::string seeds;
  std::uint32_t appliances = 0;  // 0: as the scenario says
  std::uint32_t hours = 0;
  std::optional<std::uint32_t> follow;
  unsigned jobs = 1;
  bool json = false;
  bool coverage = false;
};

std::string names() {
  std::string text;
  for (const std::string& name : drydock::sim::scenario_names(drydock::sim::scenario_folders())) {
    const auto s = drydock::sim::scenario_named(name);
    text += fmt::format("  {:<18}{}\n", name, s ? s->about : s.error().text);
  }
  return text;
}

int run(const Options& options, const Scenario& scenario, SeedRange seeds) {
  if (options.coverage) drydock::sim::coverage::watch();
  const Stopwatch watch;
  const Outcome all = drydock::fleet_sim::run_batch(
      scenario, {seeds.first, seeds.last, options.jobs, options.follow, options.json});
  if (seeds.first != seeds.last)
    std::cout << fmt::format("seeds {}..{}: {} violations\n", seeds.first, seeds.last,
                             all.violations);
  if (options.coverage)
    drydock::fleet_sim::print_never_reached(drydock::sim::coverage::never_reached());
  std::cout << fmt::format("  {:.2f} s, {:.0f} events a second\n", watch.wall_s(),
                           static_cast<double>(all.events) / std::max(watch.wall_s(), 0.001));
  if (options.json)
    std::cout << with_host(drydock::sim::json_without_host(all), all.events, watch) << "\n";
  return all.violations == 0 ? 0 : 1;
}

int verify(const Options& options, const Scenario& scenario, SeedRange seeds) {
  const Stopwatch watch;
  std::uint64_t events = 0;
  for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    Outcome outcome;
    const auto difference = drydock::sim::first_difference(scenario, seed, outcome);
    events += 2 * outcome.events;
    if (difference) {
      std::cout << fmt::format("{}: seed {}: two runs differ: {}\n", scenario.name, seed,
                               *difference);
      return 1;
    }
    std::cout << fmt::format("{}: seed {}: two runs are equal, digest {}\n", scenario.name, seed,
                             drydock::hex(outcome.digest));
    if (options.json && seed == seeds.last)
      std::cout << with_host(drydock::sim::json_without_host(outcome), events, watch) << "\n";
  }
  return 0;
}

void add_options(CLI::App& verb, Options& options) {
  verb.add_option("scenario", options.scenario, "a name of `fleet-sim list`, or the path of a file")
      ->required();
  auto* seed = verb.add_option("--seed", options.seed, "of every draw; default: 1");
  verb.add_option("--seeds", options.seeds, "run each seed of a range, as 1..50")->excludes(seed);
  verb.add_option("--appliances", options.appliances, "instead of the scenario's number")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{10'000'000}));
  verb.add_option("--hours", options.hours, "simulated hours at most, instead of the scenario's")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{24 * 365}));
  verb.add_flag("--json", options.json, "end with one line of JSON");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Rehearses a rollout on simulated appliances with the production decision code.",
               "fleet-sim"};
  app.require_subcommand(1);
  Options options;
  CLI::App* list = app.add_subcommand("list", "name the scenarios");
  CLI::App* runs =
      app.add_subcommand("run", "run a scenario; exit code 1 when an oracle found something wrong");
  CLI::App* verifies = app.add_subcommand("verify",
                                          "run it twice, set up in opposite orders and with two "
                                          "kinds of queue, and name the first difference");
  add_options(*runs, options);
  runs->add_flag("--coverage", options.coverage, "print which names were never reached");
  add_options(*verifies, options);
  drydock::sim::table::Options table;
  table.peak_mb = [] { return static_cast<double>(Stopwatch::peak_mb()); };
  const CLI::App* tables = drydock::sim::table::add_verb(app, table);
  drydock::fleet_sim::CoverOptions coverage;
  const CLI::App* covers = drydock::fleet_sim::add_cover_verb(app, coverage);
  drydock::fleet_sim::BenchOptions bench;
  const CLI::App* benches = drydock::fleet_sim::add_bench_verb(app, bench);
  drydock::fleet_sim::GoldenOptions golden;
  const CLI::App* goldens = drydock::fleet_sim::add_golden_verb(app, golden);
  runs->add_option("--jobs", options.jobs, "seeds run at once; default: 1")
      ->check(CLI::Range(1u, jobs_max));
  runs->add_option("--follow", options.follow,
                   "print every turn of this appliance; 0: of the centre");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (*tables) return drydock::sim::table::run(table);
  if (*covers) return drydock::fleet_sim::cover(coverage);
  if (*benches) return drydock::fleet_sim::bench(bench);
  if (*goldens) return drydock::fleet_sim::golden(golden);
  if (*list) {
    std::cout << names();
    return 0;
  }
  SeedRange seeds{options.seed, options.seed};
  if (!options.seeds.empty()) {
    const auto given = drydock::fleet_sim::read_seeds(options.seeds);
    if (!given) {
      std::cerr << fmt::format("fleet-sim: {}\n", given.error().text);
      return 2;
    }
    seeds = *given;
  }
  auto scenario = drydock::sim::find_scenario(options.scenario, drydock::sim::scenario_folders());
  if (!scenario) {
    std::cerr << fmt::format("fleet-sim: {}\n", scenario.error().text);
    return 2;
  }
  if (options.appliances != 0) scenario->appliances = options.appliances;
  // Runs at once; verify keeps both of its two.
  const std::uint64_t worlds =
      *runs ? std::min<std::uint64_t>(options.jobs, seeds.last - seeds.first + 1) : 2;
  if (const auto fits =
          drydock::sim::fits_memory(scenario->appliances, worlds, drydock::sim::memory_available());
      !fits) {
    std::cerr << fmt::format("fleet-sim: {}\n", fits.error().text);
    return 2;
  }
  if (options.follow && *options.follow > scenario->appliances) {
    std::cerr << fmt::format("fleet-sim: --follow {}: there are {} appliances\n", *options.follow,
                             scenario->appliances);
    return 2;
  }
  if (options.hours != 0) scenario->horizon = drydock::hours(options.hours);
  return *runs ? run(options, *scenario, seeds) : verify(options, *scenario, seeds);
}
