#include "simulations/scenarios/named.hpp"

namespace drydock::sim {
namespace {

constexpr Version good_version = make_version(1, 1, 0), bad_version = make_version(1, 2, 0);

Scenario base(const char* name, const char* about) {
  Scenario s;
  s.name = name;
  s.about = about;
  s.releases = {{s.installed, Defect::none, 1000, 64}};
  return s;
}

// One rollout of one release, ten minutes after the start.
Scenario one(const char* name, const char* about, Version version, Defect defect,
             std::uint32_t share_permille = 1000) {
  Scenario s = base(name, about);
  s.releases.push_back({version, defect, share_permille, 64});
  RolloutPlan plan{Instant{minutes(10).value}, {}};
  plan.spec.version = version;
  plan.spec.policy.growth_permille = 1500;
  plan.spec.policy.in_flight_max = 500;
  s.rollouts = {plan};
  return s;
}

Scenario good(const char* name, const char* about) {
  return one(name, about, good_version, Defect::none);
}

Scenario bad(const char* name, const char* about, Defect defect) {
  return one(name, about, bad_version, defect);
}

Scenario fraction() {
  Scenario s = one("fraction", "a check fails after boot on a twentieth of the appliances",
                   bad_version, Defect::fails_check, 50);
  s.rollouts[0].spec.policy.failure_limit = 3;
  return s;
}

Scenario halt_by_operator() {
  Scenario s = good("halt", "an operator halts a good rollout after a few commits");
  s.acts = {{RolloutId{1}, RolloutMove::halt, {}, 4}};
  return s;
}

Scenario pause_and_resume() {
  Scenario s = good("pause", "an operator pauses a good rollout and resumes it two hours later");
  s.acts = {{RolloutId{1}, RolloutMove::pause, {}, 3},
            {RolloutId{1}, RolloutMove::resume, Instant{hours(4).value}, 3}};
  return s;
}

Scenario centre_restarts() {
  Scenario s = good("centre-restarts", "the centre is killed again and again during a rollout");
  s.faults.centre_kills = 6;
  return s;
}

Scenario process_restarts() {
  Scenario s = good("process-restarts", "agents are killed at random points of their updates");
  s.faults.kills_permille = 300;
  s.faults.point_kills_permille = 900;
  return s;
}

Scenario power_cuts() {
  Scenario s = good("power-cuts", "the power is cut at random points of the updates");
  s.faults.cuts_permille = 300;
  s.faults.point_cuts_permille = 900;
  return s;
}

Scenario flaky_log() {
  Scenario s = good("flaky-log", "the decision log refuses, delays, and does not know");
  s.faults.log_lost_permille = 100;
  s.faults.log_unknown_permille = 100;
  return s;
}

// Everything at once. A cut during a trial may end it: more failures are tolerated.
Scenario storm(const char* name, const char* about, Scenario s) {
  s.name = name;
  s.about = about;
  s.rollouts[0].spec.policy.failure_limit = 5;
  s.faults.kills_permille = 300;
  s.faults.cuts_permille = 300;
  s.faults.point_kills_permille = 600;
  s.faults.point_cuts_permille = 600;
  s.faults.centre_kills = 4;
  s.faults.log_lost_permille = 50;
  s.faults.log_unknown_permille = 50;
  s.faults.drifts_permille = 5;
  s.network.lost_permille = 20;
  return s;
}

Scenario good_then_bad() {
  Scenario s = good("good-then-bad", "1.1.0 reaches everybody, then 1.2.0 halts itself");
  s.releases.push_back({bad_version, Defect::fails_check, 1000, 64});
  s.rollouts.push_back(s.rollouts[0]);
  s.rollouts[1].at = Instant{hours(5).value};
  s.rollouts[1].spec.version = bad_version;
  return s;
}

Scenario nights() {
  Scenario s = good("nights", "windows from 22:00 to 04:00");
  s.window = {false, hours(22), hours(6)};
  s.rollouts[0].at = Instant{hours(8).value};
  s.horizon = hours(24 * 7);
  return s;
}

// Two bad releases one after the other, none of them halted: what is left over from the first
// round must not disturb the second.
Scenario two_rounds() {
  Scenario s = one("", "", good_version, Defect::fails_check, 300);
  s.releases.push_back({bad_version, Defect::never_boots, 300, 64});
  s.rollouts.push_back(s.rollouts[0]);
  s.rollouts[1].at = Instant{hours(5).value};
  s.rollouts[1].spec.version = bad_version;
  s = storm("two-rounds", "two rollouts that fail on a third, all faults, no limit", s);
  for (RolloutPlan& plan : s.rollouts) plan.spec.policy.failure_limit = 1'000'000;
  s.faults.points = 200;
  s.faults.span = hours(8);
  s.horizon = hours(48);
  return s;
}

// A release that fails late is halted; whoever runs it is brought back.
Scenario rollback() {
  Scenario s = one("", "", good_version, Defect::fails_late, 200);
  RolloutPlan back = s.rollouts[0];
  back.at = Instant{hours(5).value};
  back.spec.version = s.installed;
  back.spec.only_from = good_version;
  back.spec.downgrade = true;
  s.rollouts.push_back(back);
  s = storm("rollback", "a release that fails late is halted and taken back, all faults", s);
  s.rollouts[1].spec.policy.failure_limit = 1'000'000;
  s.faults.points = 160;
  s.horizon = hours(48);
  return s;
}

Scenario million() {
  Scenario s = good("million", "a good release reaches a million appliances within a day");
  s.appliances = 1'000'000;
  s.poll = minutes(5);
  s.at_least = s.horizon;
  s.rollouts[0].spec.policy.in_flight_max = 50'000;
  return s;
}

Scenario late_clocks() {
  Scenario s = storm("late-clocks", "all faults, and clocks that are set minutes after the boot",
                     good("", ""));
  s.times.clock_sync = minutes(4);
  return s;
}

}  // namespace

std::vector<Scenario> named_scenarios() {
  return {
      good("good", "a good release reaches every appliance"),
      bad("bad", "a health check fails after boot on everyone", Defect::fails_check),
      bad("brick", "the release never comes up", Defect::never_boots),
      bad("not-ready", "the gate passes, the agent never gets ready", Defect::agent_never_ready),
      bad("check-hangs", "a required check never answers", Defect::check_hangs),
      bad("late", "the release fails at the end of its soak", Defect::fails_late),
      bad("second-try", "a check fails at the first boot only", Defect::fails_first_boot),
      bad("corrupt", "the image is not what its manifest says", Defect::corrupt),
      fraction(),
      halt_by_operator(),
      pause_and_resume(),
      good_then_bad(),
      nights(),
      centre_restarts(),
      process_restarts(),
      power_cuts(),
      flaky_log(),
      storm("storm", "all faults at once, a good release", good("", "")),
      storm("bad-storm", "all faults at once, a release that fails its check",
            bad("", "", Defect::fails_check)),
      storm("halt-storm", "all faults at once, halted by an operator", halt_by_operator()),
      two_rounds(),
      rollback(),
      late_clocks(),
      million(),
  };
}

std::optional<Scenario> scenario_named(std::string_view name) {
  for (Scenario& scenario : named_scenarios())
    if (scenario.name == name) return scenario;
  return std::nullopt;
}

}  // namespace drydock::sim
