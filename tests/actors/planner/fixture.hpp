#pragma once
// A centre of one planner with a decision log that says yes, in order, when it is asked to.
// Appliances are named by small numbers; number n stands at site 1000 + n unless moved.
#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>

#include "actors/planner/evidence.hpp"
#include "actors/planner/machine.hpp"
#include "tests/support/driver.hpp"

namespace drydock::testing {

struct PlannedCentre : Driver<Planner> {
  using Stage = planner::Stage;
  using RolloutPhase = planner::RolloutPhase;
  static constexpr Version old_version = make_version(1, 0, 0), release = make_version(1, 1, 0);
  static constexpr RolloutId first{1};
  static constexpr std::uint8_t sweep_tag = 1;

  PlannedCentre() {  // up for long enough that silence counts
    tell(CentreStarted{{1}});
    wait(Planner::start_grace);
  }

  // --- the decision log --------------------------------------------------------------------
  void step(const Planner::Event& event) {  // what is proposed waits in `proposed`
    tell(event);
    for (const auto& effect : out())
      if (const auto* p = std::get_if<Planner::Propose>(&effect)) proposed.push_back(p->decision);
  }
  void decide(const Decision& d) { step(Planner::Decided{{++position}, d}); }
  Decision take() {
    BOOST_REQUIRE(!proposed.empty());
    const Decision d = proposed.front();
    proposed.pop_front();
    return d;
  }
  // The last event's answer, or the one that deciding it brought.
  Answer settle() {
    while (!proposed.empty() && get<AnswerReady>() == nullptr) decide(take());
    const auto* ready = get<AnswerReady>();
    BOOST_REQUIRE(ready != nullptr);
    const Answer a = ready->answer;
    while (!proposed.empty()) decide(take());
    return a;
  }

  // --- operators ---------------------------------------------------------------------------
  static RolloutSpec spec(std::uint32_t in_flight = 50, std::uint32_t canary = 1) {
    RolloutSpec s;
    s.version = release;
    s.manifest[0] = 0xAB;
    s.policy.canary = canary;
    s.policy.in_flight_max = in_flight;
    s.policy.failure_limit = 1;
    return s;
  }
  OperatorResult said() const {
    const auto* e = get<OperatorAnswered>();
    return e == nullptr ? OperatorResult::unknown : e->result;
  }
  RolloutId create(const RolloutSpec& s) {
    step(Planner::RolloutAsked{{900}, s, "ada", "why not"});
    decide(take());
    BOOST_REQUIRE((said() == OperatorResult::done));
    return get<OperatorAnswered>()->rollout;
  }
  OperatorResult move(RolloutId rollout, RolloutMove how) {
    step(Planner::MoveAsked{{901}, {rollout, how}, "ada", "because"});
    decide(take());
    return said();
  }
  RolloutId start(const RolloutSpec& s = spec()) {
    const RolloutId id = create(s);
    BOOST_REQUIRE((move(id, RolloutMove::start) == OperatorResult::done));
    return id;
  }

  // --- appliances --------------------------------------------------------------------------
  // A check-in of appliance n as its registry and facts have it; nothing is decided yet.
  ApplianceSeen seen(std::uint64_t n) {
    ApplianceSeen e;
    e.request = {++request};
    e.client = {1};
    e.site = sites.contains(n) ? SiteId{sites[n]} : SiteId{1000 + n};
    e.hardware = {7};
    e.facts.appliance = {n};
    e.facts.serial = 1;
    e.facts.running = running.contains(n) ? running[n] : old_version;
    e.facts.wall = wall;
    e.facts.wall_trust = WallTrust::synchronised;
    if (row(n) != nullptr) {
      e.facts.update = row(n)->update;
      e.facts.order_floor = row(n)->order;
    }
    return e;
  }
  Answer check_in(std::uint64_t n) {
    step(seen(n));
    return settle();
  }
  Answer ask_token(std::uint64_t n) {
    ApplianceSeen e = seen(n);
    e.facts.phase = UpdatePhase::staged;
    e.facts.wants_token = true;
    step(e);
    return settle();
  }
  Report report(std::uint64_t n, ReportKind kind, Reason reason = Reason::none) {
    Report r;
    r.seq = {++seqs[n]};
    r.kind = kind;
    r.reason = reason;
    r.rollout = row(n)->rollout;
    r.update = row(n)->update;
    r.version = release;
    return r;
  }
  Answer deliver(std::uint64_t n, const Report& r) {
    ApplianceSeen e = seen(n);
    e.reports.add(r);
    step(e);
    return settle();
  }
  Answer say(std::uint64_t n, ReportKind kind, Reason reason = Reason::none) {
    return deliver(n, report(n, kind, reason));
  }
  void stage(std::uint64_t n) {
    BOOST_REQUIRE((check_in(n).grant.kind == GrantKind::install));
    say(n, ReportKind::staged);
    BOOST_REQUIRE((row(n)->stage == Stage::staged));
  }
  void expose(std::uint64_t n) {
    stage(n);
    BOOST_REQUIRE((ask_token(n).grant.kind == GrantKind::reboot));
  }
  void commit(std::uint64_t n) {
    expose(n);
    running[n] = release;
    say(n, ReportKind::committed);
    BOOST_REQUIRE((row(n)->stage == Stage::committed));
  }
  void sweep() {
    fire(sweep_tag);
    for (const auto& effect : out())
      if (const auto* p = std::get_if<Planner::Propose>(&effect)) proposed.push_back(p->decision);
    while (!proposed.empty()) decide(take());
  }

  const planner::Appliance* row(std::uint64_t n) { return store().appliances.get({n}); }
  const planner::Rollout& rollout(RolloutId id = first) { return *store().rollouts.get(id); }
  const planner::Tally& tally() { return rollout().tally; }
  Wait why(std::uint64_t n) {
    RolloutId governing;
    return Planner::why(store(), *row(n), governing);
  }

  std::deque<Decision> proposed;
  std::map<std::uint64_t, Version> running;
  std::map<std::uint64_t, std::uint64_t> sites;
  std::map<std::uint64_t, std::uint32_t> seqs;
  std::uint64_t position = 0, request = 0;
};

}  // namespace drydock::testing
