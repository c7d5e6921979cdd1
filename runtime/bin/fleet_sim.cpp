// fleet-sim: rehearses a rollout with the production decision code. Wiring only; the clock here
// measures this machine and never reaches a simulated decision.
#include <sys/resource.h>

#include <chrono>
#include <iostream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "simulations/planner_table/verb.hpp"
#include "simulations/report/outcome.hpp"
#include "simulations/scenarios/library.hpp"
#include "simulations/scenarios/memory.hpp"

namespace {

using drydock::sim::Outcome;
using drydock::sim::Scenario;

constexpr std::uint64_t seeds_max = 100'000;

struct Options {
  std::string scenario;
  std::uint64_t seed = 1;
  std::string seeds;
  std::uint32_t appliances = 0;  // 0: as the scenario says
  std::uint32_t hours = 0;
  std::optional<std::uint32_t> follow;
  bool json = false;
};

std::string names() {
  std::string text;
  for (const std::string& name : drydock::sim::scenario_names(drydock::sim::scenario_folders())) {
    const auto s = drydock::sim::scenario_named(name);
    text += fmt::format("  {:<18}{}\n", name, s ? s->about : s.error().text);
  }
  return text;
}

// "3..7" as its two ends; an empty answer is a malformed text.
std::optional<std::pair<std::uint64_t, std::uint64_t>> read_range(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  std::uint64_t first = 0, last = 0;
  if (!CLI::detail::lexical_cast(text.substr(0, dots), first) ||
      !CLI::detail::lexical_cast(text.substr(dots + 2), last) || last < first ||
      last - first >= seeds_max)
    return std::nullopt;
  return std::pair{first, last};
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string with_host(const std::string& line, std::uint64_t events, double wall_s) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto j = nlohmann::ordered_json::parse(line);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  const double cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  j["host"] = {{"wall_s", wall_s},
               {"cpu_s", cpu_s},
               {"events_per_cpu_s",
                static_cast<std::uint64_t>(static_cast<double>(events) / std::max(cpu_s, 0.001))},
               {"peak_mb", usage.ru_maxrss / 1024}};
  return j.dump();
}

int run(const Options& options, const Scenario& scenario, std::uint64_t first, std::uint64_t last) {
  const auto begin = std::chrono::steady_clock::now();
  Outcome all;
  drydock::Digest digest;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    drydock::sim::Follow follow;
    if (options.follow)
      follow = {*options.follow, [](const std::string& line) { std::cout << line << "\n"; }};
    const Outcome one = drydock::sim::run_once(scenario, seed, follow);
    if (seed == first || one.violations != 0 || !options.json)
      std::cout << drydock::sim::summary(one);
    digest.absorb(one.digest);
    if (first == last) {
      all = one;
      continue;
    }
    all.events += one.events;
    all.violations += one.violations;
    all.halted += one.halted;
    all.counts.committed += one.counts.committed;
    all.counts.exposed += one.counts.exposed;
    all.counts.rolled_back += one.counts.rolled_back;
    all.counts.silent += one.counts.silent;
    if (one.done_after && (!all.done_after || *all.done_after < *one.done_after))
      all.done_after = one.done_after;
  }
  if (first != last) {
    all.scenario = scenario.name;
    all.seed = first;
    all.appliances = scenario.appliances;
    all.digest = digest.value();
    std::cout << fmt::format("seeds {}..{}: {} violations\n", first, last, all.violations);
  }
  const double wall_s = seconds_since(begin);
  std::cout << fmt::format("  {:.2f} s, {:.0f} events a second\n", wall_s,
                           static_cast<double>(all.events) / std::max(wall_s, 0.001));
  if (options.json)
    std::cout << with_host(drydock::sim::json_without_host(all), all.events, wall_s) << "\n";
  return all.violations == 0 ? 0 : 1;
}

int verify(const Options& options, const Scenario& scenario, std::uint64_t first,
           std::uint64_t last) {
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t events = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
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
    if (options.json && seed == last)
      std::cout << with_host(drydock::sim::json_without_host(outcome), events, seconds_since(begin))
                << "\n";
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
  add_options(*verifies, options);
  drydock::sim::table::Options table;
  const CLI::App* tables = drydock::sim::table::add_verb(app, table);
  runs->add_option("--follow", options.follow,
                   "print every turn of this appliance; 0: of the centre");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (*tables) return drydock::sim::table::run(table);
  if (*list) {
    std::cout << names();
    return 0;
  }
  auto scenario = drydock::sim::find_scenario(options.scenario, drydock::sim::scenario_folders());
  if (!scenario) {
    std::cerr << fmt::format("fleet-sim: {}\n", scenario.error().text);
    return 2;
  }
  std::pair range{options.seed, options.seed};
  if (!options.seeds.empty()) {
    const auto given = read_range(options.seeds);
    if (!given) {
      std::cerr << fmt::format(
          "fleet-sim: --seeds {}: write a range of at most {} seeds as 1..50\n", options.seeds,
          seeds_max);
      return 2;
    }
    range = *given;
  }
  if (options.appliances != 0) scenario->appliances = options.appliances;
  const std::uint64_t worlds = *runs ? 1 : 2;  // verify keeps both
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
  return *runs ? run(options, *scenario, range.first, range.second)
               : verify(options, *scenario, range.first, range.second);
}
