#include "runtime/bin/fleet_sim/bench.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "runtime/bin/fleet_sim/golden.hpp"
#include "runtime/bin/fleet_sim/host.hpp"
#include "runtime/bin/fleet_sim/places.hpp"
#include "runtime/bin/fleet_sim/progress.hpp"
#include "runtime/checks/command.hpp"
#include "simulations/engine/toy.hpp"
#include "simulations/report/outcome.hpp"
#include "simulations/scenarios/library.hpp"
#include "simulations/scenarios/memory.hpp"

namespace drydock::fleet_sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t toy_fleet = 10'000;     // beside SimPy
constexpr std::uint32_t toy_large = 1'000'000;  // beside the heap: where a heap is slow
constexpr Duration toy_end = hours(3);          // 0.36 M events a thousand appliances
constexpr Duration toy_large_end = minutes(30);
constexpr std::uint64_t simpy_limit_ms = 300'000;
constexpr Duration contract_poll = seconds(60);
constexpr std::uint32_t contract_share = 10;  // a day of 60 s polls is played by this part of them

struct Toy {
  sim::ToyEnd end;
  double cpu_s = 0;
  double rate() const { return static_cast<double>(end.events) / std::max(cpu_s, 1e-6); }
};

Toy play_toy(sim::QueueKind queue, std::uint32_t appliances, Duration until) {
  const Stopwatch watch;
  Toy toy{sim::run_toy(queue, appliances, until), 0};
  toy.cpu_s = watch.cpu_s();
  return toy;
}

// The same toy in SimPy; an error says what to do.
Result<Toy> play_simpy(std::uint32_t appliances, Duration until) {
  checks::Command command;
  // Debian's own: another python on the PATH does not see Debian's packages.
  command.argv = {"/usr/bin/python3", place_of("engine/toy.py"), std::to_string(appliances),
                  std::to_string(until.value)};
  command.timeout = milliseconds(simpy_limit_ms);
  const checks::Finished finished = checks::run(command);
  const Json said = Json::parse(finished.output, nullptr, false);
  if (said.is_discarded() || !said.contains("cpu_s"))
    return Error{ErrorKind::unreachable,
                 fmt::format("SimPy did not answer ({}); install python3-simpy3", finished.output)};
  return Toy{{said["events"], said["sum"]}, said["cpu_s"]};
}

struct Day {
  sim::Outcome outcome;
  double wall_s = 0, cpu_s = 0;
};

Result<Day> play_day(std::uint32_t appliances, std::uint32_t hours_long, Duration poll) {
  auto scenario = sim::scenario_named("million");
  if (!scenario) return scenario.error();
  scenario->appliances = appliances;
  scenario->at_least = hours(hours_long);
  scenario->horizon = scenario->at_least + hours(2);  // what is on its way then comes to its end
  if (poll.value != 0) scenario->poll = poll;
  if (auto fits = sim::fits_memory(appliances, 1, sim::memory_available()); !fits)
    return fits.error();
  Progress progress;
  sim::Watching watching;
  watching.each_minute = [&](const sim::World& world) { progress.show(world); };
  const Stopwatch watch;
  Day day{sim::run_once(*scenario, 1, watching), 0, 0};
  day.wall_s = watch.wall_s(), day.cpu_s = watch.cpu_s();
  progress.clear();
  return day;
}

Json of(const Day& day) {
  Json kinds = Json::object();
  for (const auto& [name, count] : day.outcome.by_kind) kinds[name] = count;
  return {{"appliances", day.outcome.appliances},
          {"wall_s", day.wall_s},
          {"cpu_s", day.cpu_s},
          {"events", day.outcome.events},
          {"events_by_kind", kinds},
          {"committed", day.outcome.counts.committed},
          {"violations", day.outcome.violations},
          {"bytes_per_appliance", sim::Appliance::state_bytes}};
}

class Bench {
 public:
  explicit Bench(const BenchOptions& options) : options_(options) {}

  int run() {
    day();
    heap();
    simpy();
    digests();
    if (options_.json) std::cout << json_.dump() << "\n";
    return sound_ ? 0 : 1;
  }

 private:
  void fail(const std::string& what) {
    std::cerr << "fleet-sim bench: " << what << "\n";
    sound_ = false;
  }
  void say(const std::string& line) { std::cout << line << std::endl; }

  void day() {
    const auto at_5m = play_day(options_.appliances, options_.hours, {});
    if (!at_5m) return fail(at_5m.error().text);
    json_["million"] = of(*at_5m);
    json_["million"]["peak_mb"] = Stopwatch::peak_mb();
    say(fmt::format("a day: {} appliances, {} events, {:.1f} CPU-s, {} MB at most",
                    at_5m->outcome.appliances, at_5m->outcome.events, at_5m->cpu_s,
                    Stopwatch::peak_mb()));
    for (const auto& [name, count] : at_5m->outcome.by_kind)
      say(fmt::format("  {:<14}{:>14}", name, count));
    const auto at_60s =
        play_day(std::max(options_.appliances / contract_share, 1u), options_.hours, contract_poll);
    if (!at_60s) return fail(at_60s.error().text);
    json_["contract_polls"] = of(*at_60s);
    say(fmt::format("polls each 60 s: {} appliances, {} events, {:.1f} CPU-s",
                    at_60s->outcome.appliances, at_60s->outcome.events, at_60s->cpu_s));
    if (at_5m->outcome.violations + at_60s->outcome.violations != 0)
      fail("oracles found something");
  }

  void heap() {
    const Toy ring = play_toy(sim::QueueKind::ring, toy_large, toy_large_end);
    const Toy heap = play_toy(sim::QueueKind::heap, toy_large, toy_large_end);
    if (!(ring.end == heap.end)) fail("ring and heap come to different ends");
    json_["heap_ratio"] = ring.rate() / heap.rate();
    say(fmt::format("toy, {} appliances: ring {:.2f}, heap {:.2f} M events a CPU-second", toy_large,
                    ring.rate() / 1e6, heap.rate() / 1e6));
  }

  void simpy() {
    json_["simpy_ratio"] = nullptr;
    const Toy ours = play_toy(sim::QueueKind::ring, toy_fleet, toy_end);
    const auto theirs = play_simpy(toy_fleet, toy_end);
    if (!theirs) return fail(theirs.error().text);
    if (!(ours.end == theirs->end)) return fail("SimPy's toy comes to another end");
    json_["simpy_ratio"] = ours.rate() / theirs->rate();
    say(fmt::format("toy, {} appliances: ring {:.2f}, SimPy {:.2f} M events a CPU-second",
                    toy_fleet, ours.rate() / 1e6, theirs->rate() / 1e6));
  }

  void digests() {
    const auto end = compare_golden(golden_file());
    json_["digests_equal"] = end && end->different.empty();
    if (!end) return fail(end.error().text);
    for (const std::string& line : end->different) fail(line);
    say(fmt::format("golden digests: {} equal, {} different", end->equal, end->different.size()));
  }

  const BenchOptions& options_;
  Json json_;
  bool sound_ = true;
};

}  // namespace

CLI::App* add_bench_verb(CLI::App& app, BenchOptions& options) {
  CLI::App* verb = app.add_subcommand(
      "bench", "measure a day of a million appliances, the queue, and compare the golden digests");
  verb->add_option("--appliances", options.appliances, "instead of a million")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{10'000'000}));
  verb->add_option("--hours", options.hours, "instead of a day")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{24 * 7}));
  verb->add_flag("--json", options.json, "end with one line of JSON");
  return verb;
}

int bench(const BenchOptions& options) { return Bench(options).run(); }

}  // namespace drydock::fleet_sim
