#include "runtime/centre/policy_input.hpp"

#include "actors/planner/odds.hpp"

namespace drydock::centre {
namespace {

constexpr std::int64_t fleet_max = 10'000'000, priority_max = 100;
constexpr Duration longest = hours(24 * 365), a_day = hours(24);

void count(JsonInput& in, const char* key, std::int64_t min, std::int64_t max,
           std::uint32_t& value) {
  value = static_cast<std::uint32_t>(in.number(key, value, min, max));
}
void span(JsonInput& in, const char* key, Duration min, Duration max, Duration& value) {
  value = {in.number(key, value.value, min.value, max.value)};
}

}  // namespace

Policy read_policy(JsonInput& outer) {
  JsonInput in = outer.object("policy");
  Policy policy;
  count(in, "tolerated_ppm", 0, planner::tolerated_ppm_max, policy.tolerated_ppm);
  // With evidence the fleet decides the canary, and no count need halt it.
  const bool counts_alone = policy.tolerated_ppm == 0;
  const std::int64_t least = counts_alone ? 1 : 0;
  if (!counts_alone) {
    policy.canary = policy.failure_limit = 0;
    policy.in_flight_max = fleet_max;
  }
  count(in, "canary", least, fleet_max, policy.canary);
  count(in, "growth_permille", 1000, 1'000'000, policy.growth_permille);
  count(in, "in_flight_max", 1, fleet_max, policy.in_flight_max);
  count(in, "failure_limit", least, fleet_max, policy.failure_limit);
  count(in, "site_at_once", 1, fleet_max, policy.site_at_once);
  count(in, "fleet_at_once", 0, fleet_max, policy.fleet_at_once);
  count(in, "downloads_at_once", 0, fleet_max, policy.downloads_at_once);
  count(in, "priority", 0, priority_max, policy.priority);
  span(in, "install_deadline_ms", seconds(1), longest, policy.install_deadline);
  span(in, "silence_after_ms", seconds(1), longest, policy.silence_after);
  span(in, "token_expiry_ms", seconds(1), a_day, policy.token_expiry);
  span(in, "poll_hint_ms", Duration{0}, a_day, policy.poll_hint);
  count(in, "growth_unproven_permille", 0, 1'000'000, policy.growth_unproven);
  count(in, "cap_ppm", 0, 1'000'000, policy.cap_ppm);
  count(in, "installs_ahead_permille", 0, 100'000, policy.installs_ahead);
  policy.stratum_halts_all = in.flag("part_halts_all");
  policy.download_only = in.flag("download_only");
  policy.needs_approval = in.flag("needs_approval");
  span(in, "lifetime_ms", Duration{0}, longest, policy.lifetime);
  if (!counts_alone && policy.tolerated_ppm < planner::tolerated_ppm_min)
    in.problem("\"tolerated_ppm\" is 0 or at least " + std::to_string(planner::tolerated_ppm_min));
  if (!counts_alone && (policy.cap_ppm == 0 || policy.growth_unproven == 0))
    in.problem(
        "with \"tolerated_ppm\", \"cap_ppm\" and \"growth_unproven_permille\" must be above "
        "0, or nothing would ever move");
  if (policy.canary > policy.in_flight_max)
    in.problem("\"canary\" is larger than \"in_flight_max\"");
  if (policy.silence_after <= policy.token_expiry)
    in.problem(
        "\"silence_after_ms\" must be more than \"token_expiry_ms\", or a box that may still "
        "reboot would count as failed");
  if (!counts_alone) planner::compile({.tolerated_ppm = policy.tolerated_ppm}, policy);
  (void)in.done();  // finds unknown keys; the problem, if any, is handed on
  outer.adopt(in);
  return policy;
}

nlohmann::ordered_json policy_json(const Policy& p) {
  return {{"canary", p.canary},
          {"growth_permille", p.growth_permille},
          {"in_flight_max", p.in_flight_max},
          {"failure_limit", p.failure_limit},
          {"site_at_once", p.site_at_once},
          {"install_deadline_ms", p.install_deadline.value},
          {"silence_after_ms", p.silence_after.value},
          {"token_expiry_ms", p.token_expiry.value},
          {"poll_hint_ms", p.poll_hint.value},
          {"tolerated_ppm", p.tolerated_ppm},
          {"growth_unproven_permille", p.growth_unproven},
          {"cap_ppm", p.cap_ppm},
          {"installs_ahead_permille", p.installs_ahead},
          {"part_halts_all", p.stratum_halts_all},
          {"download_only", p.download_only},
          {"lifetime_ms", p.lifetime.value},
          {"needs_approval", p.needs_approval},
          {"fleet_at_once", p.fleet_at_once},
          {"downloads_at_once", p.downloads_at_once},
          {"priority", p.priority}};
}

}  // namespace drydock::centre
