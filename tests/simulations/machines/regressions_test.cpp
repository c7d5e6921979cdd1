// What the simulator has found in the machines, each as a short story.
#include <boost/test/unit_test.hpp>

#include "actors/health_gate/machine.hpp"
#include "actors/planner/machine.hpp"
#include "tests/support/driver.hpp"

using namespace drydock;

namespace {

constexpr Version first = make_version(1, 1, 0), second = make_version(1, 2, 0);

Restarted on_old_slot(std::uint64_t boot) {
  Restarted e;
  e.boot = {boot};
  e.active = Slot::a;
  e.running = make_version(1, 0, 0);
  return e;
}

HealthGate::GateLogRead fell_back(std::uint32_t seq, UpdateId update, std::uint64_t boot) {
  HealthGate::GateLogRead e;
  e.seq = seq;
  e.boot = {boot};
  e.update = update;
  e.verdict = GateVerdict::fell_back;
  e.attempt = 3;
  e.reason = Reason::boot_never_came_up;
  return e;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_end_of_a_second_trial_is_told_although_its_arming_was_lost) {
  testing::Driver<HealthGate> gate;
  gate.tell(on_old_slot(1));
  TrialArmed armed;
  armed.outcome.update = {11};
  armed.outcome.version = first;
  gate.tell(armed);
  gate.tell(on_old_slot(2));
  gate.tell(fell_back(1, {11}, 2));
  BOOST_REQUIRE(gate.get<RolledBack>() != nullptr);
  // Power fails after root-helper armed update 12 and before the gate heard of it.
  gate.tell(on_old_slot(6));
  gate.tell(fell_back(2, {12}, 6));
  BOOST_REQUIRE(gate.get<RolledBack>() != nullptr);
  BOOST_TEST((gate.get<RolledBack>()->outcome.update == UpdateId{12}));
  gate.tell(on_old_slot(6));  // and it is this end that is told again
  BOOST_REQUIRE(gate.get<RolledBack>() != nullptr);
  BOOST_TEST((gate.get<RolledBack>()->outcome.update == UpdateId{12}));
}

BOOST_AUTO_TEST_CASE(a_soak_ends_unfinished_when_a_later_trial_has_come_and_gone) {
  testing::Driver<HealthGate> gate;
  Restarted on_trial = on_old_slot(1);
  on_trial.active = on_trial.trial = Slot::b;
  on_trial.trial_update = {11};
  on_trial.running = first;
  on_trial.soak = hours(1);
  gate.tell(on_trial);
  HealthGate::GateLogRead passed = fell_back(1, {11}, 1);
  passed.verdict = GateVerdict::passed;
  gate.tell(passed);
  gate.tell(HealthGate::AgentReady{{1}});
  gate.tell(HealthGate::CommitEnded{{11}, Reason::none});
  BOOST_REQUIRE((gate.store().phase == HealthGate::Phase::soaking));
  gate.tell(fell_back(2, {12}, 5));
  BOOST_REQUIRE(gate.get<RolledBack>() != nullptr);
  gate.fire(static_cast<std::uint8_t>(HealthGate::Timer::soak));
  BOOST_TEST(gate.quiet());
}

namespace {

struct Centre : testing::Driver<Planner> {
  static constexpr ApplianceId box{77};
  std::uint64_t position = 0;
  std::uint32_t serial = 0;
  ReportSeq reported;

  void decide() {  // the log takes everything that was proposed
    while (const auto* propose = get<Planner::Propose>())
      tell(Planner::Decided{Position{++position}, Decision(propose->decision)});
  }
  void check_in(const Facts& facts) {
    const Reports none;
    check_in(facts, none);
  }
  void check_in(Facts facts, const Reports& reports) {
    facts.appliance = box;
    facts.serial = ++serial;
    facts.running = make_version(1, 0, 0);
    facts.wall_trust = WallTrust::synchronised;
    tell(ApplianceSeen{RequestId{serial}, {1}, {1}, {1}, facts, reports});
    decide();
  }
  const planner::Appliance& row() { return store().appliances.row(0); }
  const planner::Tally& tally() { return store().rollouts.row(0).tally; }
  Report report(ReportKind kind, Reason reason) {
    Report r;
    r.seq = {++reported.value};
    r.kind = kind;
    r.reason = reason;
    r.update = row().update;
    return r;
  }
  void say(ReportKind kind, Reason reason) {
    Reports reports;
    reports.add(report(kind, reason));
    check_in(Facts{}, reports);
  }
  void want_token() {
    Facts facts;
    facts.phase = UpdatePhase::staged;
    facts.update = row().update;
    facts.wants_token = true;
    check_in(facts);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_token_that_is_refused_and_given_again_exposes_one_appliance) {
  Centre centre;
  centre.tell(CentreStarted{});
  RolloutSpec spec;
  spec.version = second;
  Planner::RolloutAsked create;
  create.spec = spec;
  centre.tell(create);
  centre.decide();
  Planner::MoveAsked start;
  start.move = {RolloutId{1}, RolloutMove::start};
  centre.tell(start);
  centre.decide();
  centre.check_in(Facts{});
  centre.say(ReportKind::staged, Reason::none);
  for (int n = 0; n < 3; ++n) {
    centre.want_token();
    BOOST_REQUIRE((centre.row().stage == planner::Stage::token));
    centre.say(ReportKind::order_refused, Reason::window_closed);
    BOOST_REQUIRE((centre.row().stage == planner::Stage::staged));
  }
  BOOST_TEST(centre.tally().granted == 1u);
  BOOST_TEST(centre.tally().exposed == 1u);
}
