#pragma once
// A long plausible life of a planner: a few appliances at a few sites, rollouts that come and halt,
// and a decision log that is slow, refuses, and delivers late what it seemed to refuse.
#include <algorithm>
#include <deque>

#include "actors/planner/machine.hpp"
#include "actors/planner/odds.hpp"
#include "tests/support/fuzz.hpp"

namespace drydock::testing {

class PlannerScript {
 public:
  using M = Planner;

  Planner::Event next(Dice& dice, Driver<Planner>& driver) {
    if (fleet_ == 0) {  // a life of its own: mostly ten, else anything from one to thirty
      fleet_ = dice.below(3) != 0 ? 10 : 1 + dice.below(30);
      sites_ = 1 + dice.below(6);
    }
    for (const auto& effect : driver.out())
      if (const auto* p = std::get_if<Planner::Propose>(&effect)) proposed_.push_back(p->decision);
    Planner::Store& store = driver.store();
    const std::uint64_t pick = dice.below(100);
    if (pick < 40 && !proposed_.empty()) return decided(dice, store);
    if (pick < 42 && !late_.empty()) return Planner::Decided{after(store), taken(late_)};
    if (pick < 45 || store.rollouts.size() == 0) return asked(dice);
    if (pick < 54) return moved(dice, store);
    if (pick < 62) {
      driver.wait(minutes(static_cast<std::int64_t>(dice.below(20))));
      return driver.due(1);
    }
    if (pick >= 65 && pick < 72) return calendar(dice, driver);
    if (pick >= 98) return described(dice);
    if (pick >= 63 && pick < 65)
      return Planner::ReleaseAsked{{1 + dice.below(9)}, holder(dice, store), "ada", "off"};
    if (pick < 63) {
      proposed_.clear();
      return CentreStarted{{dice.below(3)}};
    }
    return seen(dice, store);
  }

 private:
  static Position after(const Planner::Store& store) { return {store.head.decided.value + 1}; }
  static Decision taken(std::deque<Decision>& from) {
    const Decision d = from.front();
    from.pop_front();
    return d;
  }
  Planner::Event decided(Dice& dice, const Planner::Store& store) {
    const Decision d = taken(proposed_);
    if (dice.below(12) != 0) return Planner::Decided{after(store), d};
    if (dice.below(2) == 0) late_.push_back(d);
    return Planner::NotDecided{d};
  }
  static Planner::RolloutAsked asked(Dice& dice) {
    auto e = random<Planner::RolloutAsked>(dice);
    RolloutSpec& spec = e.spec;
    spec.version = {1 + dice.below(4)};
    spec.hardware = {dice.below(4) == 0 ? 1 + dice.below(2) : 0};
    spec.client = {dice.below(4) == 0 ? 1 + dice.below(2) : 0};
    spec.only_from = {dice.below(4) == 0 ? 1 + dice.below(4) : 0};
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(dice.below(n)); };
    spec.policy = Policy{};
    spec.policy.canary = 1 + below(3);
    spec.policy.growth_permille = 500 + below(1'500);
    spec.policy.in_flight_max = 2 + below(3);
    spec.policy.failure_limit = 1 + below(4);
    spec.policy.site_at_once = 1 + below(2);
    spec.policy.needs_approval = dice.below(8) == 0;
    spec.policy.fleet_at_once = below(6);
    spec.policy.downloads_at_once = below(4);
    spec.policy.priority = dice.below(4) == 0 ? below(3) : 0;
    spec.sites.clear();
    spec.calendar = Calendar{};
    if (dice.below(4) == 0) spec.calendar.hours.add({0x7F, 60, 120});
    if (dice.below(6) == 0) spec.sites.add({1 + dice.below(4)}), spec.sites.add({9});
    spec.labels.clear();
    if (dice.below(12) == 0) spec.labels.add({1 + dice.below(2)});
    spec.needs = {dice.below(6) == 0 ? 1 + dice.below(3) : 0};
    spec.dead_ends.clear();
    if (dice.below(6) == 0) spec.dead_ends.add({1 + dice.below(4)});
    if (dice.below(2) == 0) on_evidence(dice, spec.policy);
    return e;
  }
  // So much is tolerated that ten appliances may be enough to accept, hold or halt.
  static void on_evidence(Dice& dice, Policy& policy) {
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(dice.below(n)); };
    planner::compile(
        {.tolerated_ppm = 200'000, .reject_error_ppm = 100'000, .accept_error_ppm = 100'000},
        policy);
    policy.accept_needs = 1 + below(4);
    policy.stratum_at = 2 << 24;  // two failures of a part; a few passes of the whole, or many
    policy.twice.at = static_cast<std::int32_t>((2 + below(9)) << 24);
    policy.canary = below(3);
    policy.failure_limit = dice.below(2) == 0 ? 0 : 3;
    policy.growth_unproven = 500;
    policy.cap_ppm = 1 + below(200'000);
    policy.installs_ahead = below(2) * 1'000;
    policy.stratum_halts_all = dice.below(4) == 0;
    policy.download_only = dice.below(12) == 0;
    policy.lifetime = hours(static_cast<std::int64_t>(dice.below(4)) * 8);
  }
  static Planner::MoveAsked moved(Dice& dice, const Planner::Store& store) {
    auto e = random<Planner::MoveAsked>(dice);
    e.move.rollout = {static_cast<std::uint32_t>(1 + dice.below(store.rollouts.size() + 1u))};
    if (dice.below(3) != 0) e.move.rollout = {store.rollouts.size()};
    const auto* rollout = store.rollouts.get(e.move.rollout);
    const bool running = rollout != nullptr && rollout->phase == planner::RolloutPhase::running;
    e.move.move = static_cast<RolloutMove>(dice.below(running ? 14 : 8));
    if (!running && dice.below(2) == 0)
      e.move.move = dice.below(2) == 0 ? RolloutMove::start : RolloutMove::resume;
    return e;
  }
  // Rather one with a token than any.
  ApplianceId holder(Dice& dice, const Planner::Store& store) const {
    const ApplianceId id{1 + dice.below(fleet_)};
    if (dice.below(4) == 0) return id;
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i)
      if (store.appliances.row(i).stage == planner::Stage::token) return store.appliances.key(i);
    return id;
  }
  static Planner::DescribeAsked described(Dice& dice) {
    Planner::DescribeAsked e{{1 + dice.below(9)}, {{1 + dice.below(6)}, {}, {}}, "ada", "moved"};
    e.site.site_class = {dice.below(3)};
    for (std::uint64_t label = 1; label <= 2; ++label)
      if (dice.below(2) != 0) e.site.labels.add({label});
    return e;
  }
  // Open now or soon, for a while; sometimes worked out for too short a time.
  static Planner::CalendarResolved calendar(Dice& dice, Driver<Planner>& driver) {
    const auto some = [&](std::uint64_t most) {
      return minutes(static_cast<std::int64_t>(dice.below(most)));
    };
    const std::uint32_t rollouts = driver.store().rollouts.size();
    Planner::CalendarResolved e;
    e.rollout = {dice.below(2) == 0 ? rollouts : static_cast<std::uint32_t>(dice.below(rollouts))};
    const WallTime opens = WallTime{driver.wall.value - minutes(10).value} + some(40);
    e.calendar.open.add({opens, opens + some(240)});
    e.calendar.covered_until = driver.wall + some(400);
    return e;
  }
  ApplianceSeen seen(Dice& dice, const Planner::Store& store) {
    auto e = random<ApplianceSeen>(dice);
    e.facts.appliance = {1 + dice.below(fleet_)};
    const std::uint64_t n = e.facts.appliance.value;
    e.client = {1 + n % 2};
    e.hardware = {1 + n % 3 % 2};
    e.site = {dice.below(40) == 0 ? 9 : 1 + n % sites_};
    e.facts.running = {1 + dice.below(3)};
    e.facts.wall_trust = dice.below(20) == 0 ? WallTrust::unset : WallTrust::synchronised;
    e.facts.wants_token = dice.below(2) == 0;
    e.facts.phase = static_cast<UpdatePhase>(dice.below(5));
    e.reports.clear();
    const auto* row = store.appliances.get(e.facts.appliance);
    if (row == nullptr) return e;
    if (dice.below(8) != 0) e.facts.running = row->running;
    if (dice.below(8) != 0) e.facts.update = row->update;
    for (std::uint64_t count = dice.below(3); count > 0; --count)
      e.reports.add(report(dice, *row, e.reports.size()));
    return e;
  }
  static Report report(Dice& dice, const planner::Appliance& row, std::size_t before) {
    auto r = random<Report>(dice);
    const auto ahead = static_cast<std::uint32_t>(before + (dice.below(6) == 0 ? 0 : 1));
    r.seq = {row.reports_through.value + ahead};
    r.kind = static_cast<ReportKind>(dice.below(12));
    if (row.stage == planner::Stage::granted && dice.below(2) == 0) r.kind = ReportKind::staged;
    if (row.stage == planner::Stage::token && dice.below(2) == 0) r.kind = ReportKind::committed;
    if (dice.below(8) != 0) r.update = row.update;
    return r;
  }

  std::deque<Decision> proposed_, late_;
  std::uint64_t fleet_ = 0, sites_ = 0;
};

}  // namespace drydock::testing
