#include "simulations/scenarios/reading.hpp"

#include <algorithm>
#include <filesystem>

#include "runtime/files/files.hpp"
#include "simulations/scenarios/sections.hpp"

namespace drydock::sim {
namespace {

using config::duration;
using config::Presence;
using config::section;

constexpr std::size_t file_max = 256 * 1024;

bool known(const Scenario& s, Version version) {
  return std::any_of(s.releases.begin(), s.releases.end(),
                     [&](const Release& r) { return r.version == version; });
}

std::string versions_of(const Scenario& s) {
  std::string text;
  for (const Release& r : s.releases) text += (text.empty() ? "" : ", ") + name_of(r.version);
  return text;
}

// What the sections cannot see by themselves.
void check_references(const Value& root, const Scenario& s) {
  const Value releases = at(root, "releases"), rollouts = at(root, "rollouts");
  if (s.swarm_heals.value != 0 && at(root, "faults").key() == "faults")
    at(root, "faults").problem("a swarm draws its faults by itself; remove one of the two");
  for (std::size_t i = 0; i < s.releases.size(); ++i)
    if (s.releases[i].only_on.value > s.fleet.models)
      releases.problem(fmt::format("hardware {} of {}: there are {} models",
                                   s.releases[i].only_on.value, name_of(s.releases[i].version),
                                   s.fleet.models));
  if (s.hardware.size() > s.fleet.models)
    at(root, "hardware")
        .problem(fmt::format("{} models are described; there are {}", s.hardware.size(),
                             s.fleet.models));
  for (std::size_t i = 0; i < s.releases.size(); ++i)
    for (std::size_t k = i + 1; k < s.releases.size(); ++k)
      if (s.releases[i].version == s.releases[k].version)
        releases.problem(fmt::format("{} is given twice", name_of(s.releases[i].version)));
  for (std::size_t i = 0; i < s.rollouts.size(); ++i) {
    const RolloutSpec& spec = s.rollouts[i].spec;
    const auto missing = [&](const char* key, Version version) {
      if (!version.value || known(s, version)) return;
      at(rollouts.item(i), key).refuse("one of the releases " + versions_of(s));
    };
    missing("version", spec.version);
    missing("only_from", spec.only_from);
    if (s.rollouts[i].at.value > s.horizon.value)
      at(rollouts.item(i), "at").problem("lies behind the horizon: it would never be created");
  }
  const Value acts = at(root, "operators");
  for (std::size_t i = 0; i < s.acts.size(); ++i)
    if (s.acts[i].rollout.value > s.rollouts.size())
      at(acts.item(i), "rollout")
          .refuse(fmt::format("the number of a rollout, 1 to {}", s.rollouts.size()));
}

void read_scenario(const Value& root, Scenario& s) {
  config::read_map(root,
                   {{"about", config::text(s.about, {1, 120}), Presence::required},
                    {"appliances", config::number<std::uint32_t>(s.appliances, 1, appliances_max)},
                    {"horizon", duration(s.horizon, minutes(1), longest)},
                    {"at_least", duration(s.at_least, Duration{0}, longest)},
                    {"poll", duration(s.poll, seconds(1), hours(24))},
                    {"soak", duration(s.soak, Duration{0}, hours(24 * 49))},
                    {"return_after", duration(s.return_after, seconds(1), hours(24 * 30))},
                    {"installed", version(s.installed)},
                    {"releases", [&](const Value& v) { read_releases(v, s.releases); }},
                    {"rollouts", [&](const Value& v) { read_rollouts(v, s.rollouts); }},
                    {"operators", [&](const Value& v) { read_acts(v, s.acts); }},
                    {"fleet", section(s.fleet, read_fleet)},
                    {"hardware", [&](const Value& v) { read_hardware(v, s.hardware); }},
                    {"key_rotation", section(s.key_rotation, read_key_rotation)},
                    {"window", section(s.window, read_window)},
                    {"office_hours", section(s.office_hours, read_office_hours)},
                    {"times", section(s.times, read_times)},
                    {"network", section(s.network, read_network)},
                    {"faults", section(s.faults, read_faults)},
                    {"restore", section(s.restore, read_restore)},
                    {"swarm_heals", duration(s.swarm_heals, hours(1), longest)}});
  if (root.problems() != 0) return;
  // What everybody runs at the beginning is sound, unless the file says otherwise.
  if (!known(s, s.installed)) s.releases.insert(s.releases.begin(), {s.installed});
  check_references(root, s);
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  Scenario s;
  s.name = std::filesystem::path(file).stem().string();
  if (!config::is_name(s.name))
    return Error{ErrorKind::malformed, fmt::format("{}: the file is named {}, accepted: {}", file,
                                                   config::shown(s.name), config::kNameForm)};
  const auto read = [&](const Value& root) { read_scenario(root, s); };
  if (Status status = config::read_document(text, file, read); !status) return status.error();
  return s;
}

Result<Scenario> load_scenario(const std::string& path) {
  auto text = files::read(path, file_max);
  if (!text) return text.error().in("reading a scenario");
  return parse_scenario(*text, path);
}

}  // namespace drydock::sim
