#include "runtime/command/policy.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "actors/planner/odds.hpp"
#include "runtime/config/policy.hpp"
#include "runtime/files/files.hpp"

namespace drydock::command {
namespace {

// The line of a key that parse_policy() has accepted, from 1; 0 when it is not there.
int line_of(const std::string& text, const std::string& section, const std::string& key) {
  try {
    YAML::Node node = YAML::Load(text);
    if (!section.empty()) node = node[section];
    for (const auto& entry : node)
      if (entry.first.Scalar() == key) return entry.first.Mark().line + 1;
  } catch (const YAML::Exception&) { return 0; }
  return 0;
}

Error unsupported(const std::string& path, int line, const char* key, const char* instead) {
  return {ErrorKind::malformed, fmt::format("{}:{}: {}: {}", path, line, key, instead)};
}

}  // namespace

Result<CompiledPolicy> compile_policy(const std::string& path) {
  auto text = files::read(path, config::kPolicyMax.value);
  if (!text) return text.error();
  const auto spec = config::parse_policy(*text, path);
  if (!spec) return spec.error();
  const auto given = [&](const char* section, const char* key) {
    return line_of(*text, section, key);
  };
  const windows::Spec& maintenance = spec->maintenance;
  if (maintenance.windows.size() > Calendar::hours_max)
    return unsupported(path, given("maintenance", "windows"), "maintenance.windows",
                       "a rollout has at most 8 windows. Join some");
  if (maintenance.black_outs.size() > Calendar::black_outs_max)
    return unsupported(path, given("maintenance", "black_outs"), "maintenance.black_outs",
                       "a rollout has at most 16 black-outs. Join some");
  for (const windows::Window& each : maintenance.windows)
    if (!each.zone.empty() && each.zone != maintenance.zone)
      return unsupported(path, given("maintenance", "windows"), "maintenance.windows",
                         "the windows of a rollout have one zone, maintenance.time_zone; what "
                         "differs from site to site belongs to the appliances");
  if (spec->select.sites.size() > sites_selected_max)
    return unsupported(path, given("select", "sites"), "select.sites",
                       "a rollout names at most 32 sites. Make several rollouts");
  if (spec->select.labels.size() > labels_max)
    return unsupported(path, given("select", "labels"), "select.labels",
                       "a rollout asks for at most 8 labels, and a site has no more. Remove some");
  if (const int line = given("select", "hardware"))
    return unsupported(path, line, "select.hardware",
                       "the release's manifest says which hardware. Remove the key");
  if (spec->select.clients.size() > 1)
    return unsupported(path, given("select", "clients"), "select.clients",
                       "a rollout is for one client or for all. Make one rollout a client");

  CompiledPolicy compiled;
  Policy& policy = compiled.policy;
  policy.canary = spec->canary;
  policy.growth_permille = spec->growth.factor.value;
  policy.in_flight_max = spec->growth.max_in_flight;
  policy.failure_limit = spec->failure_limit;
  policy.site_at_once = spec->site_at_once;
  policy.install_deadline = spec->install_deadline;
  policy.silence_after = spec->silence_after;
  policy.token_expiry = spec->token_expiry;
  policy.poll_hint = spec->poll_hint;
  policy.download_only = spec->download_only;
  policy.lifetime = spec->lifetime;
  policy.needs_approval = spec->needs_approval;
  policy.fleet_at_once = spec->fleet_at_once;
  policy.downloads_at_once = spec->downloads_at_once;
  policy.priority = spec->priority;
  if (spec->evidence) {
    policy.growth_unproven = spec->evidence->growth_unproven.value;
    policy.cap_ppm = spec->evidence->cap.value * 1000;
    policy.installs_ahead = spec->evidence->installs_ahead.value;
    policy.stratum_halts_all = spec->evidence->part_halts_all;
    planner::compile({.tolerated_ppm = spec->evidence->tolerated.value * 1000}, policy);
  }
  if (!spec->select.clients.empty()) compiled.client = spec->select.clients.front();
  compiled.sites = spec->select.sites;
  compiled.labels = spec->select.labels;
  compiled.maintenance = maintenance;
  if (const int line = given("", "soak"))
    compiled.note = fmt::format(
        "{}:{}: soak: not sent; each appliance watches a release as long as its own configuration "
        "says",
        path, line);
  return compiled;
}

Json calendar_json(const windows::Spec& maintenance) {
  if (maintenance.always_open()) return nullptr;
  const auto number = [](const windows::Date& d) {
    return d.year * 10'000 + d.month * 100 + d.day;
  };
  Json hours = Json::array(), black_outs = Json::array();
  for (const windows::Window& each : maintenance.windows)
    hours.push_back(
        {{"days", each.days.bits}, {"start", each.start.minutes}, {"end", each.end.minutes}});
  for (const windows::BlackOut& each : maintenance.black_outs)
    black_outs.push_back({{"first", number(each.first)}, {"last", number(each.last)}});
  return {{"zone", maintenance.zone},
          {"hours", std::move(hours)},
          {"black_outs", std::move(black_outs)}};
}

Json policy_json(const Policy& policy) {
  return {{"canary", policy.canary},
          {"growth_permille", policy.growth_permille},
          {"in_flight_max", policy.in_flight_max},
          {"failure_limit", policy.failure_limit},
          {"site_at_once", policy.site_at_once},
          {"install_deadline_ms", policy.install_deadline.value},
          {"silence_after_ms", policy.silence_after.value},
          {"token_expiry_ms", policy.token_expiry.value},
          {"poll_hint_ms", policy.poll_hint.value},
          {"tolerated_ppm", policy.tolerated_ppm},
          {"growth_unproven_permille", policy.growth_unproven},
          {"cap_ppm", policy.cap_ppm},
          {"installs_ahead_permille", policy.installs_ahead},
          {"part_halts_all", policy.stratum_halts_all},
          {"download_only", policy.download_only},
          {"lifetime_ms", policy.lifetime.value},
          {"needs_approval", policy.needs_approval},
          {"fleet_at_once", policy.fleet_at_once},
          {"downloads_at_once", policy.downloads_at_once},
          {"priority", policy.priority}};
}

}  // namespace drydock::command
