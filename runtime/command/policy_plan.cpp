#include "runtime/command/policy_plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "actors/planner/evidence.hpp"
#include "runtime/command/human.hpp"
#include "runtime/config/units.hpp"
#include "runtime/windows/windows.hpp"

namespace drydock::command {
namespace {

using planner::Rollout;

Rollout begun(const Policy& policy, std::uint32_t fleet) {
  Rollout rollout;
  rollout.spec.policy = policy;
  rollout.phase = planner::RolloutPhase::running;
  rollout.fleet = fleet;
  return rollout;
}

std::string percent(std::uint32_t ppm) { return fmt::format("{:g} %", ppm / 1e4); }

// The fewest failures in a row, from the beginning, that halt it; 0: none up to the whole fleet do.
std::uint32_t failures_that_halt(Rollout rollout) {
  while (rollout.verdicts.seen < rollout.fleet) {
    rollout.tally.rolled_back = rollout.verdicts.failed = ++rollout.verdicts.seen;
    if (planner::must_halt(rollout)) return rollout.verdicts.seen;
  }
  return 0;
}

// And after so many have passed.
std::uint32_t failures_after(Rollout rollout, std::uint32_t passes) {
  rollout.tally.committed = rollout.verdicts.seen = passes;
  for (std::uint32_t failed = 1; failed <= rollout.fleet; ++failed) {
    ++rollout.verdicts.seen;
    rollout.tally.rolled_back = rollout.verdicts.failed = failed;
    if (planner::must_halt(rollout)) return failed;
  }
  return 0;
}

void say_ramp(const Policy& p, const Rollout& rollout, std::vector<std::string>& words) {
  words.push_back(fmt::format(
      "First: {} at once, in an order that is drawn anew for each release{}, at most {} of a site.",
      planner::allowed_exposed(rollout),
      planner::on_evidence(p) ? " and begins with some of every hardware model" : "",
      p.site_at_once));
  std::string ramp = "Then as many at once as have committed, times ";
  if (planner::on_evidence(p))
    ramp += fmt::format("{:g} until the release is accepted and ", p.growth_unproven / 1e3);
  ramp += fmt::format("{:g}:", p.growth_permille / 1e3);
  for (std::uint32_t committed = 10; committed < rollout.fleet; committed *= 10) {
    Rollout later = rollout;
    later.tally.committed = later.tally.exposed = committed;
    const std::uint32_t now = planner::allowed_exposed(later);
    later.accepted = planner::on_evidence(p);
    const std::uint32_t accepted = planner::allowed_exposed(later);
    ramp += fmt::format(" after {} {}{};", committed, now,
                        accepted == now ? "" : fmt::format(" or {}", accepted));
  }
  ramp.pop_back();
  words.push_back(ramp + (p.in_flight_max < rollout.fleet
                              ? fmt::format(". Never more than {} at once.", p.in_flight_max)
                              : "."));
  if (p.fleet_at_once > 0)
    words.push_back(
        fmt::format("It waits while {} of the whole fleet are being updated, by "
                    "whichever rollout.",
                    p.fleet_at_once));
  if (p.downloads_at_once > 0)
    words.push_back(fmt::format("At most {} download it at once.", p.downloads_at_once));
  if (p.installs_ahead > 0 && !p.download_only)
    words.push_back(fmt::format(
        "Installing risks nothing and runs ahead: staged beyond that, {:g} times as many.",
        p.installs_ahead / 1e3));
}

void say_evidence(const Policy& p, const Rollout& rollout, std::vector<std::string>& words) {
  if (!planner::on_evidence(p)) return;
  if (planner::too_small_to_accept(rollout)) {
    words.push_back(fmt::format(
        "Evidence: insufficient to exclude twice the tolerated failures. That needs {} verdicts, "
        "and the fleet has {}: it is never accepted, and only halts when it fails too often.",
        p.accept_needs, rollout.fleet));
    return;
  }
  words.push_back(fmt::format(
      "Until accepted at most {} are exposed in all. It is accepted when its verdicts exclude {} "
      "failures: with {} verdicts, if it fails half as often as is tolerated ({}). Undecided "
      "there, it is held for a person.",
      planner::exposure_cap(rollout), percent(2 * p.tolerated_ppm), p.accept_needs,
      percent(p.tolerated_ppm)));
}

void say_halts(const Policy& p, const Rollout& rollout, std::vector<std::string>& words) {
  std::string halts = fmt::format("It halts when the first {} fail", failures_that_halt(rollout));
  for (const std::uint32_t passes : {100u, 1'000u, 10'000u})
    if (passes < rollout.fleet)
      if (const std::uint32_t failed = failures_after(rollout, passes))
        halts += fmt::format("; at {} failures beside {} passes", failed, passes);
  words.push_back(halts + fmt::format(". Silent for {} after the reboot token is a failure.",
                                      config::text_of(p.silence_after)));
  if (planner::on_evidence(p))
    words.push_back(std::string("A hardware model or a class of sites that fails by itself ") +
                    (p.stratum_halts_all ? "halts it for all." : "is halted alone."));
}

}  // namespace

Plan plan_of(const Policy& p, std::uint32_t fleet) {
  const Rollout rollout = begun(p, fleet);
  Plan plan;
  say_ramp(p, rollout, plan.words);
  say_evidence(p, rollout, plan.words);
  if (failures_that_halt(rollout) == 0)
    plan.impossible.push_back(
        fmt::format("failure_limit: {} failures can never come together in a fleet of {}; nothing "
                    "would halt it",
                    p.failure_limit, fleet));
  else
    say_halts(p, rollout, plan.words);
  plan.words.push_back(
      fmt::format("A grant that is not used within {} lapses and is offered again; "
                  "a reboot token is good for {}.",
                  config::text_of(p.install_deadline), config::text_of(p.token_expiry)));
  if (p.needs_approval)
    plan.words.push_back("It starts only when somebody else than its creator has approved it.");
  if (p.priority > 0)
    plan.words.push_back(fmt::format(
        "Priority {}: it goes before every rollout of a lower one, also a newer.", p.priority));
  if (p.download_only) plan.words.push_back("It only stages: nobody gets a reboot token.");
  if (p.lifetime.value > 0)
    plan.words.push_back(
        fmt::format("{} after its start it grants nothing new.", config::text_of(p.lifetime)));
  if (p.lifetime.value > 0 && p.lifetime <= p.silence_after)
    plan.impossible.push_back("lifetime: over before a silent canary counts as failed");
  return plan;
}

void plan_windows(const CompiledPolicy& compiled, WallTime now, Plan& plan) {
  const windows::Spec& spec = compiled.maintenance;
  if (spec.always_open()) return;
  const auto schedule = windows::resolve(spec, now);
  if (!schedule) {
    plan.impossible.push_back("maintenance: " + schedule.error().text);
    return;
  }
  const Duration token = compiled.policy.token_expiry;
  for (const windows::Interval& each : schedule->open) {
    if (std::max(each.start, now) + token > each.end) continue;
    plan.words.push_back(fmt::format(
        "Reboots are asked for in its windows alone, next from {} to {}; the last token of a "
        "window is given {} before it closes. Installing goes on meanwhile.",
        human_time(std::max(each.start, now)), human_time(each.end), config::text_of(token)));
    return;
  }
  plan.impossible.push_back(
      fmt::format("maintenance: in the next 60 days no window opens for as long as a reboot token "
                  "lives ({}); nothing would ever reboot",
                  config::text_of(token)));
}

}  // namespace drydock::command
