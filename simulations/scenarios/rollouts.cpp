// Releases, rollouts and what operators do.
#include <array>

#include "actors/planner/odds.hpp"
#include "simulations/scenarios/sections.hpp"

namespace drydock::sim {

using config::choice;
using config::Count;
using config::duration;
using config::factor;
using config::flag;
using config::list;
using config::number;
using config::Permille;
using config::Presence;
using config::section;
using config::Word;

namespace {

constexpr std::uint32_t chunks_max = 1 << 20;  // 4 TiB in chunks of 4 MiB
constexpr std::size_t releases_max = 32, rollouts_max = 64, acts_max = 256;

void read_release(const Value& value, Release& out) {
  static constexpr std::array<Word<Defect>, 12> defects{
      {{"none", Defect::none},
       {"fails_check", Defect::fails_check},
       {"check_hangs", Defect::check_hangs},
       {"check_unknown", Defect::check_unknown},
       {"never_boots", Defect::never_boots},
       {"agent_never_ready", Defect::agent_never_ready},
       {"fails_late", Defect::fails_late},
       {"fails_first_boot", Defect::fails_first_boot},
       {"corrupt", Defect::corrupt},
       {"slow", Defect::slow},
       {"unreachable", Defect::unreachable},
       {"wears_out", Defect::wears_out}}};
  config::read_map(value, {{"version", version(out.version), Presence::required},
                           {"defect", choice<Defect>(out.defect, defects)},
                           {"share", share_of_1000(out.share_permille)},
                           {"chunks", number<std::uint32_t>(out.chunks, 1, chunks_max)},
                           {"hardware", number<std::uint64_t>(out.only_on.value, 1, models_max)}});
}

void read_rollout(const Value& value, RolloutPlan& out) {
  Duration at{};
  config::read_map(value, {{"at", duration(at, Duration{0}, longest), Presence::required},
                           {"version", version(out.spec.version), Presence::required},
                           {"only_from", version(out.spec.only_from)},
                           {"downgrade", flag(out.spec.downgrade)},
                           {"policy", section(out.spec.policy, read_policy)}});
  out.at = Instant{} + at;
}

void read_growth(const Value& value, Policy& out) {
  Permille growth{out.growth_permille};
  config::read_map(
      value, {{"factor", factor(growth, {1000}, {1'000'000})},
              {"max_in_flight", number<std::uint32_t>(out.in_flight_max, 1, appliances_max)}});
  out.growth_permille = growth.value;
}

void read_evidence(const Value& value, Policy& out) {
  static constexpr std::array<Word<bool>, 2> parts{{{"part", false}, {"all", true}}};
  Permille tolerated{5}, cap{5}, unproven{500}, ahead{1000};
  config::read_map(value, {{"tolerated", config::share(tolerated, {1}, {200})},
                           {"cap", config::share(cap, {1}, {500})},
                           {"growth_unproven", factor(unproven, {100}, {4000})},
                           {"installs_ahead", factor(ahead, {0}, {100'000})},
                           {"part_halts", choice<bool>(out.stratum_halts_all, parts)}});
  out.cap_ppm = cap.value * 1000;
  out.growth_unproven = unproven.value;
  out.installs_ahead = ahead.value;
  planner::compile({.tolerated_ppm = tolerated.value * 1000}, out);
}

void read_act(const Value& value, OperatorAct& out) {
  static constexpr std::array<Word<RolloutMove>, 4> moves{{{"pause", RolloutMove::pause},
                                                           {"resume", RolloutMove::resume},
                                                           {"halt", RolloutMove::halt},
                                                           {"retry", RolloutMove::retry}}};
  Duration at{};
  config::read_map(
      value,
      {{"rollout", number<std::uint32_t>(out.rollout.value, 1, rollouts_max), Presence::required},
       {"move", choice<RolloutMove>(out.move, moves), Presence::required},
       {"at", duration(at, Duration{0}, longest)},
       {"after_commits", number<std::uint32_t>(out.committed, 0, appliances_max)}});
  out.at = Instant{} + at;
}

}  // namespace

void read_policy(const Value& value, Policy& out) {
  // As in a policy file: with evidence the fleet decides the canary, and no count need halt it.
  if (value.node().IsMap() && value.node()["evidence"]) {
    out.canary = out.failure_limit = 0;
    out.in_flight_max = appliances_max;
  }
  config::read_map(value,
                   {{"canary", number<std::uint32_t>(out.canary, 1, appliances_max)},
                    {"growth", section(out, read_growth)},
                    {"failure_limit", number<std::uint32_t>(out.failure_limit, 1, appliances_max)},
                    {"site_at_once", number<std::uint32_t>(out.site_at_once, 1, appliances_max)},
                    {"evidence", section(out, read_evidence)},
                    {"download_only", flag(out.download_only)},
                    {"lifetime", duration(out.lifetime, minutes(1), longest)},
                    {"install_deadline", duration(out.install_deadline, seconds(1), longest)},
                    {"silence_after", duration(out.silence_after, seconds(1), longest)},
                    {"token_expiry", duration(out.token_expiry, seconds(1), hours(24))},
                    {"poll_hint", duration(out.poll_hint, Duration{0}, hours(24))}});
  if (out.canary > out.in_flight_max)
    value.problem(fmt::format("canary ({}) is larger than growth.max_in_flight ({})", out.canary,
                              out.in_flight_max));
  if (out.silence_after <= out.token_expiry)
    value.problem(fmt::format(
        "silence_after ({}) must be longer than token_expiry ({}), or a box that may still reboot "
        "would count as failed",
        config::text_of(out.silence_after), config::text_of(out.token_expiry)));
}

void read_releases(const Value& value, std::vector<Release>& out) {
  list<Release>(out, Count{0, releases_max},
                [](Release& r) { return section(r, read_release); })(value);
}

void read_rollouts(const Value& value, std::vector<RolloutPlan>& out) {
  list<RolloutPlan>(out, Count{0, rollouts_max},
                    [](RolloutPlan& r) { return section(r, read_rollout); })(value);
}

void read_acts(const Value& value, std::vector<OperatorAct>& out) {
  list<OperatorAct>(out, Count{0, acts_max},
                    [](OperatorAct& a) { return section(a, read_act); })(value);
}

}  // namespace drydock::sim
