#include "simulations/planner_table/verb.hpp"

#include <ctime>
#include <iostream>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "actors/planner/evidence.hpp"
#include "simulations/planner_table/bounds.hpp"
#include "simulations/planner_table/play.hpp"
#include "simulations/planner_table/store.hpp"

namespace drydock::sim::table {
namespace {

constexpr std::uint32_t appliances_max = 2'000'000;  // about 250 bytes each
constexpr std::uint64_t seeds_max = 100'000;
constexpr std::uint32_t million = 1'000'000, world_fleet = 10'000;

int refuse(const std::string& what) {
  std::cerr << "fleet-sim planner-table: " << what << "\n";
  return 2;
}

bool read_seeds(const std::string& text, std::uint64_t& first, std::uint64_t& last) {
  const std::size_t dots = text.find("..");
  return dots != std::string::npos && CLI::detail::lexical_cast(text.substr(0, dots), first) &&
         CLI::detail::lexical_cast(text.substr(dots + 2), last) && first <= last &&
         last - first < seeds_max;
}

void print(const Line& line) {
  const std::string hours = line.hours_to_99 ? fmt::format("{:.2f}", *line.hours_to_99) : "-";
  std::cout << fmt::format("{:<18}{:>9}  {:<16}{:>9}{:>9}{:>8}{:>6}{:>8}\n", line.scenario,
                           line.appliances, line.policy, line.exposed_median, line.exposed_max,
                           line.halted, line.held, hours)
            << std::flush;
}

nlohmann::ordered_json json(const Line& line) {
  using Json = nlohmann::ordered_json;
  return {{"scenario", line.scenario},
          {"policy", line.policy},
          {"appliances", line.appliances},
          {"exposed_median", line.exposed_median},
          {"exposed_max", line.exposed_max},
          {"halted", line.halted},
          {"held", line.held},
          {"hours_to_99", line.hours_to_99 ? Json(*line.hours_to_99) : Json(nullptr)}};
}

void print_plan() {
  const Policy policy = table_policy();
  std::cout << fmt::format(
      "tolerated {} in a million; acceptance needs {} verdicts at half of that; before it at most "
      "{} % of the fleet, or as many, are exposed\n",
      policy.tolerated_ppm, policy.accept_needs, policy.cap_ppm / 1e4);
}

void print_cost(const Options& options, std::clock_t began, nlohmann::ordered_json& line) {
  const double cpu_s = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  const double peak_mb = options.peak_mb ? options.peak_mb() : 0;
  std::cout << fmt::format("{:<27}  {:.1f} CPU-seconds, at most {:.0f} MB so far\n", "", cpu_s,
                           peak_mb);
  line["cpu_s"] = cpu_s;
  line["peak_mb"] = peak_mb;
}

int measure(const Options& options) {
  const Cost cost = measure_check_ins(options.appliances, 5);
  const double rate = static_cast<double>(cost.check_ins) / std::max(cost.cpu_s, 1e-9);
  std::cout << fmt::format("{} check-ins in {:.2f} CPU-seconds\n", cost.check_ins, cost.cpu_s);
  std::cout << nlohmann::ordered_json{{"appliances", options.appliances},
                                      {"check_ins_per_cpu_s", static_cast<std::uint64_t>(rate)}}
                   .dump()
            << "\n";
  return rate >= 1e6 ? 0 : 1;
}

}  // namespace

CLI::App* add_verb(CLI::App& app, Options& o) {
  CLI::App* verb = app.add_subcommand(
      "planner-table", "what the planner exposes before it stops, beside the rules of others");
  verb->add_option("--appliances", o.appliances,
                   "of each row that does not name its own; default: 1000000")
      ->check(CLI::Range(std::uint32_t{1}, appliances_max));
  verb->add_option("--seeds", o.seeds, "a range; default: 1..200, with --world 1..3");
  verb->add_option("--row", o.row, "this scenario alone");
  verb->add_option("--policy", o.policy, "this policy alone");
  verb->add_option("--keep", o.keep, "a file of results: what is in it is not played again");
  verb->add_flag("--verdicts", o.verdicts, "the real planner, told of verdicts only (the default)");
  verb->add_flag("--world", o.world,
                 "the whole simulator beside it, by default for 10,000 appliances");
  verb->add_flag("--small", o.small, "also fleets of 12 to 20,000");
  verb->add_flag("--cost", o.cost, "check-ins a CPU-second through the planner's step, instead");
  verb->add_flag("--json", o.json, "end with one line of JSON");
  return verb;
}

int run(const Options& given) {
  Options options = given;
  if (options.world && options.verdicts) return refuse("--verdicts and --world are two tables");
  if (options.world && options.small) return refuse("--small is of --verdicts");
  if (options.seeds.empty()) options.seeds = options.world ? "1..3" : "1..200";
  if (options.appliances == 0) options.appliances = options.world ? world_fleet : million;
  if (options.cost) return measure(options);
  std::uint64_t first = 0, last = 0;
  if (!read_seeds(options.seeds, first, last))
    return refuse(fmt::format("--seeds {}: write a range of at most {} seeds as 1..200",
                              options.seeds, seeds_max));
  Kept kept;
  if (const std::string problem = kept.open(options.keep); !problem.empty()) return refuse(problem);
  nlohmann::ordered_json said = nlohmann::ordered_json::array();
  std::vector<std::string> all_broken;
  print_plan();
  if (options.world)
    std::cout << fmt::format(
        "both ways agree when no seed halts in one and goes through in the other, at most a third "
        "of the seeds end otherwise, and of those that end alike the median exposed is at most {} "
        "times the other and {}, and no time half as long again\n",
        agree_factor, agree_appliances);
  std::cout << fmt::format("{:<18}{:>9}  {:<16}{:>9}{:>9}{:>8}{:>6}{:>8}\n", "scenario", "fleet",
                           "policy", "median", "most", "halted", "held", "h to 99%");
  const std::vector<Row> all_rows =
      options.world ? world_rows(options.appliances) : rows(options.appliances, options.small);
  for (const Row& row : all_rows) {
    if (!options.row.empty() && row.scenario != options.row) continue;
    std::vector<std::vector<Result>> played;
    for (const Rival& rival : options.world ? both_ways() : rivals()) {
      if (!options.policy.empty() && options.policy != rival.name) continue;
      const std::clock_t began = std::clock();
      std::vector<Result>& results = played.emplace_back();
      for (std::uint64_t seed = first; seed <= last; ++seed) {
        const Result* known = kept.find(row, rival, seed);
        results.push_back(known != nullptr ? *known : play(row, rival, seed));
        if (known == nullptr) kept.add(row, rival, results.back());
      }
      const Line line = line_of(row, rival, results);
      print(line);
      said.push_back(json(line));
      if (rival.pace == Pace::world) print_cost(options, began, said.back());
      if (rival.pace != Pace::drydock && rival.pace != Pace::world) continue;
      for (const std::string& sentence : broken(row, line, results)) all_broken.push_back(sentence);
    }
    if (!options.world || played.size() != both_ways().size()) continue;
    const auto differences = disagreements(row, played[0], played[1]);
    if (differences.empty()) std::cout << fmt::format("{:<18}{:>9}  agrees\n", "", "");
    all_broken.insert(all_broken.end(), differences.begin(), differences.end());
  }
  if (said.empty()) return refuse("there is no such row or policy; without --row all are played");
  for (const std::string& sentence : all_broken) std::cout << "broken: " << sentence << "\n";
  if (options.json)
    std::cout << nlohmann::ordered_json{{"appliances", options.appliances},
                                        {"seeds", last - first + 1},
                                        {"rows", said},
                                        {"broken", all_broken}}
                     .dump()
              << "\n";
  return all_broken.empty() ? 0 : 1;
}

}  // namespace drydock::sim::table
