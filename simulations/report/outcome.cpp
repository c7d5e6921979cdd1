#include "simulations/report/outcome.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "messages/text.hpp"
#include "simulations/model/swarm.hpp"

namespace drydock::sim {
namespace {

struct Course {  // one run and its watchers, in the order they depend on each other
  Course(const Scenario& given, std::uint64_t seed, SetUp order, Watching watching = {})
      : scenario(swarmed(given, seed)),
        oracles(scenario.appliances, std::move(watching.follow)),
        world(scenario, seed, oracles, order) {
    oracles.watch(world);
    world.run([&] {
      oracles.each_minute();
      if (watching.each_minute) watching.each_minute(world);
    });
    oracles.at_end();
  }
  Scenario scenario;
  Oracles oracles;
  World world;
};

Outcome outcome_of(const Course& course) {
  const World& world = course.world;
  Outcome out;
  out.scenario = world.scenario().name;
  out.seed = world.seed();
  out.digest = world.digest();
  out.events = world.events();
  out.appliances = world.scenario().appliances;
  out.counts = course.oracles.truth();
  for (const Appliance& appliance : world.appliances()) ++out.running[appliance.running()];
  const auto& rollouts = world.centre().planner().rollouts;
  for (std::uint32_t i = 0; i < rollouts.size(); ++i)
    if (rollouts.row(i).phase == planner::RolloutPhase::halted) ++out.halted;
  out.centre_restarts = world.centre().restarts();
  if (world.done_at()) out.done_after = *world.done_at() - Instant{};
  out.violations = course.oracles.violations().count();
  out.told = course.oracles.violations().told();
  for (std::size_t i = 0; i < kinds; ++i)
    if (const std::uint64_t n = world.events_of(static_cast<Kind>(i)); n != 0)
      out.by_kind.emplace_back(name_of(static_cast<Kind>(i)), n);
  return out;
}

// The first field in which two states differ.
template <class State>
std::string field_difference(const State& a, const State& b) {
  std::string found;
  for_each_field<State>([&](auto f) {
    const std::string one = to_text(a.*(f.member)), two = to_text(b.*(f.member));
    if (found.empty() && one != two) found = fmt::format(".{} is {} and {}", f.name, one, two);
  });
  return found.empty() ? std::string(": its history differs, its state does not") : found;
}

template <class M, class Held>
std::optional<std::string> machine_difference(const std::string& where, const Held& a,
                                              const Held& b) {
  if (a.mark() == b.mark()) return std::nullopt;
  const std::string name = fmt::format("{} {} after {} and {} turns", where, M::name,
                                       a.mark().turn_no, b.mark().turn_no);
  if constexpr (PlainStore<typename M::Store>)
    return name + field_difference(a.store(), b.store());
  else
    return name + field_difference(a.store().head, b.store().head);
}

std::optional<std::string> appliance_difference(const Appliance& a, const Appliance& b,
                                                std::size_t number) {
  const std::string where = fmt::format("appliance {}:", number);
  if (auto d = machine_difference<Scheduler>(where, a.machine<Scheduler>(), b.machine<Scheduler>()))
    return d;
  if (auto d = machine_difference<Updater>(where, a.machine<Updater>(), b.machine<Updater>()))
    return d;
  if (auto d =
          machine_difference<HealthGate>(where, a.machine<HealthGate>(), b.machine<HealthGate>()))
    return d;
  if (auto d = machine_difference<Reporter>(where, a.machine<Reporter>(), b.machine<Reporter>()))
    return d;
  if (auto d = machine_difference<Healer>(where, a.machine<Healer>(), b.machine<Healer>()))
    return d;
  if (a.digest() == b.digest()) return std::nullopt;
  return where + " boot state" + field_difference(a.box().boot_state, b.box().boot_state);
}

}  // namespace

Outcome run_once(const Scenario& scenario, std::uint64_t seed, Watching watching) {
  return outcome_of(Course(scenario, seed, SetUp::forwards, std::move(watching)));
}

std::optional<std::string> first_difference(const Scenario& scenario, std::uint64_t seed,
                                            Outcome& outcome) {
  const Course one(scenario, seed, SetUp::forwards), two(scenario, seed, SetUp::backwards);
  outcome = outcome_of(one);
  for (std::size_t i = 0; i < one.world.appliances().size(); ++i)
    if (auto d = appliance_difference(one.world.appliances()[i], two.world.appliances()[i], i + 1))
      return d;
  const Centre &a = one.world.centre(), &b = two.world.centre();
  if (auto d = machine_difference<Registry>("centre:", a.registry_machine(), b.registry_machine()))
    return d;
  if (auto d = machine_difference<Planner>("centre:", a.planner_machine(), b.planner_machine()))
    return d;
  if (one.world.digest() != two.world.digest()) return "the decision log differs";
  return std::nullopt;
}

std::string summary(const Outcome& o) {
  std::string text = fmt::format(
      "{}: seed {}, {} appliances, {} events\n"
      "  committed {}, exposed {}, rolled back {}, silent {}, rollouts halted {}\n",
      o.scenario, o.seed, o.appliances, o.events, o.counts.committed, o.counts.exposed,
      o.counts.rolled_back, o.counts.silent, o.halted);
  text += "  at the end";
  for (const auto& [version, count] : o.running)
    text += fmt::format(" {} run {}", count, name_of(version));
  text += "\n";
  if (o.done_after)
    text += fmt::format("  done after {}:{:02} hours, digest {}\n", o.done_after->value / 3'600'000,
                        o.done_after->value / 60'000 % 60, hex(o.digest));
  else
    text += fmt::format("  not done before the horizon, digest {}\n", hex(o.digest));
  for (const std::string& line : o.told) text += "  VIOLATION at " + line + "\n";
  if (o.violations > o.told.size())
    text += fmt::format("  ... and {} more violations\n", o.violations - o.told.size());
  return text;
}

std::string json_without_host(const Outcome& o) {
  nlohmann::ordered_json j;
  j["scenario"] = o.scenario;
  j["seed"] = o.seed;
  j["digest"] = hex(o.digest);
  j["events"] = o.events;
  j["appliances"] = o.appliances;
  j["committed"] = o.counts.committed;
  j["exposed"] = o.counts.exposed;
  j["rolled_back"] = o.counts.rolled_back;
  j["silent"] = o.counts.silent;
  j["halted"] = o.halted > 0;
  j["violations"] = o.violations;
  if (o.done_after)
    j["hours_to_done"] = static_cast<double>(o.done_after->value / 36'000) / 100;
  else
    j["hours_to_done"] = nullptr;
  return j.dump();
}

}  // namespace drydock::sim
