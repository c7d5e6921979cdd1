// The planner: what holds after every turn, whatever the appliances, the operators and the decision
// log do.
#include <boost/test/unit_test.hpp>
#include <map>

#include "actors/planner/evidence.hpp"
#include "tests/actors/planner/script.hpp"

using namespace drydock;

namespace {

using planner::in_flight;
using planner::Proposing;
using Centre = testing::Driver<Planner>;
constexpr std::uint64_t lives = 25;
constexpr int turns = 600;

template <class Look>
void in_many_lives(Look&& look) {
  for (std::uint64_t life = 0; life < lives; ++life)
    testing::follow<testing::PlannerScript>(testing::seed(), life, turns, look);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(planner_invariants)

BOOST_AUTO_TEST_CASE(the_counts_of_rollouts_and_sites_are_the_rows_counted) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    std::map<std::uint64_t, std::uint32_t> of_rollout, of_site;
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
      const planner::Appliance& row = store.appliances.row(i);
      if (in_flight(row.stage)) ++of_rollout[row.rollout.value];
      if (in_flight(row.stage)) ++of_site[row.site.value];
      if (row.proposing == Proposing::install) ++of_site[row.site.value];
    }
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
      BOOST_REQUIRE(store.rollouts.row(i).in_flight == of_rollout[store.rollouts.key(i).value]);
    for (std::uint32_t i = 0; i < store.sites.size(); ++i)
      BOOST_REQUIRE(store.sites.row(i).in_flight == of_site[store.sites.key(i).value]);
  });
}

BOOST_AUTO_TEST_CASE(a_decided_grant_never_exceeds_the_ramp) {
  std::map<std::uint64_t, std::uint32_t> before;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& rollout = store.rollouts.row(i);
      std::uint32_t& last = before[store.rollouts.key(i).value];
      if (rollout.in_flight > last)
        BOOST_REQUIRE(rollout.in_flight <=
                      planner::allowed_in_flight(rollout.spec.policy, rollout.tally));
      last = rollout.in_flight;
    }
    if (store.rollouts.size() == 0) before.clear();  // another life
  });
}

BOOST_AUTO_TEST_CASE(a_rollout_with_its_limit_of_failures_is_halted) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Rollout& rollout = store.rollouts.row(i);
      if (planner::must_halt(rollout.spec.policy, rollout.tally))
        BOOST_REQUIRE((rollout.phase == planner::RolloutPhase::halted));
    }
  });
}

BOOST_AUTO_TEST_CASE(no_answer_gives_a_grant_of_a_rollout_that_does_not_run) {
  in_many_lives([](Centre& centre) {
    const auto* ready = centre.get<AnswerReady>();
    if (ready == nullptr || ready->answer.grant.kind == GrantKind::none) return;
    const planner::Rollout* rollout = centre.store().rollouts.get(ready->answer.grant.rollout);
    BOOST_REQUIRE(rollout != nullptr);
    BOOST_REQUIRE((rollout->phase == planner::RolloutPhase::running));
    BOOST_REQUIRE((ready->answer.grant.expires > centre.wall));
    BOOST_REQUIRE((ready->answer.standing == ready->answer.grant.update));
  });
}

BOOST_AUTO_TEST_CASE(every_appliance_is_counted_at_most_once_in_a_line) {
  in_many_lives([](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
      const planner::Tally& t = store.rollouts.row(i).tally;
      for (std::uint32_t line : {t.granted, t.staged, t.exposed, t.committed, t.rolled_back})
        BOOST_REQUIRE(line <= store.appliances.size());
    }
  });
}

BOOST_AUTO_TEST_CASE(the_lives_lead_everywhere) {
  // A script that never gets anywhere would prove nothing.
  std::map<planner::Stage, int> stages;
  std::map<planner::RolloutPhase, int> phases;
  in_many_lives([&](Centre& centre) {
    const Planner::Store& store = centre.store();
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i)
      ++stages[store.appliances.row(i).stage];
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) ++phases[store.rollouts.row(i).phase];
  });
  BOOST_TEST(stages.size() == 10U);
  BOOST_TEST(phases.size() == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
