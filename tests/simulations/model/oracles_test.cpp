// The oracles must see what they are there for: each is shown one wrong thing.
#include <boost/test/unit_test.hpp>

#include "simulations/oracles/oracles.hpp"
#include "simulations/scenarios/library.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

struct Watched {  // a small good run, finished, which the oracles have found right
  Scenario scenario = *scenario_named("good");
  Oracles oracles{scenario.appliances};
  World world{scenario, 1, oracles};
  Watched() {
    oracles.watch(world);
    world.run([&] { oracles.each_minute(); });
    oracles.at_end();
    BOOST_REQUIRE(world.settled());
    BOOST_REQUIRE(oracles.violations().count() == 0);
  }
  bool found() { return oracles.violations().count() > 0; }
  BootState state() const { return world.appliances()[0].box().boot_state; }
  Grant grant() const {
    const auto& row = *world.centre().planner().appliances.get(identity_of(1).id);
    Grant g;
    g.kind = GrantKind::reboot;
    g.rollout = row.rollout;
    g.update = row.update;
    g.version = row.running;
    return g;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_write_to_the_running_slot_is_seen) {
  Watched w;
  w.oracles.slot_written(1, Slot::b, Slot::b);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(an_appliance_without_a_bootable_slot_is_seen) {
  Watched w;
  BootState state = w.state();
  state.slot(state.good).valid = 1;
  w.oracles.boot_state_changed(1, state, state.good);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(an_install_that_the_log_never_granted_is_seen) {
  Watched w;
  Grant grant = w.grant();
  grant.update = {12345};
  w.oracles.install_ordered(1, grant);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(an_install_granted_to_another_appliance_is_seen) {
  Watched w;
  w.oracles.install_ordered(2, w.grant());
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(a_token_for_what_the_log_never_granted_is_seen) {
  Watched w;
  const Planner::Store& planner = w.world.centre().planner();
  const ApplianceId box = identity_of(1).id;
  GrantIssued token;
  token.kind = GrantKind::reboot;
  token.appliance = box;
  token.rollout = w.grant().rollout;
  token.update = w.grant().update;
  constexpr std::uint64_t position_bits = 40;  // of an order number: where in the log it stands
  const Position position{planner.appliances.get(box)->order.value &
                          ((std::uint64_t{1} << position_bits) - 1)};
  Decision decision;
  decision.what = token;
  w.oracles.decided({position, decision}, planner);
  BOOST_TEST(!w.found());  // it has had this one
  token.update = {12345};
  decision.what = token;
  w.oracles.decided({position, decision}, planner);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(a_report_counted_with_another_content_is_seen) {
  Watched w;
  Report report;
  report.seq = {1};
  w.oracles.report_kept(1, report);  // its number was used already
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(arming_after_a_halt_was_heard_is_seen) {
  Watched w;
  Planner::Store halted = w.world.centre().planner();
  halted.head.epoch = {2};
  halted.rollouts.change(0).phase = planner::RolloutPhase::halted;
  w.oracles.decided({Position{1000}, Decision{}}, halted);
  w.oracles.arm_asked(1, w.grant());
  BOOST_TEST(!w.found());  // it has not heard of it
  Answer answer;
  answer.epoch = {2};
  w.oracles.answer_taken(1, answer);
  w.oracles.arm_asked(1, w.grant());
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(a_grant_that_leaves_after_the_halt_is_seen) {
  Watched w;
  Planner::Store halted = w.world.centre().planner();
  halted.rollouts.change(0).phase = planner::RolloutPhase::halted;
  w.oracles.decided({Position{1000}, Decision{}}, halted);
  Answer answer;
  answer.grant = w.grant();
  w.oracles.answer_left(1, answer);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(a_token_that_is_taken_back_as_unused_and_was_used_is_seen) {
  Watched w;
  const Planner::Store& after = w.world.centre().planner();
  const planner::Appliance& row = *after.appliances.get(identity_of(1).id);
  DeadlinePassed passed{identity_of(1).id, row.order};
  Decision decision;
  decision.what = passed;
  w.oracles.decided({Position{1000}, decision}, after);
  BOOST_TEST(!w.found());  // a deadline that passed takes nothing back
  passed.unused = true;
  decision.what = passed;
  w.oracles.decided({Position{1001}, decision}, after);
  BOOST_TEST(w.found());
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_to_its_horizon_knows_whether_it_has_settled) {
  Scenario scenario = *scenario_named("good");
  scenario.at_least = scenario.horizon + hours(1);
  Oracles oracles{scenario.appliances};
  World to_the_end{scenario, 1, oracles};
  oracles.watch(to_the_end);
  to_the_end.run([] {});
  BOOST_TEST(to_the_end.settled());
  BOOST_TEST((to_the_end.now() + minutes(1) > Instant{} + scenario.horizon));
  scenario.horizon = minutes(20);  // the first of them are at it
  Oracles others{scenario.appliances};
  World cut_short{scenario, 1, others};
  others.watch(cut_short);
  cut_short.run([] {});
  BOOST_TEST(!cut_short.settled());
}
