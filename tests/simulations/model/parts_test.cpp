// Releases, the fault plan and the simulated decision log.
#include <boost/test/unit_test.hpp>

#include "simulations/model/fault_plan.hpp"
#include "simulations/model/ground.hpp"
#include "simulations/model/releases.hpp"
#include "simulations/model/simulated_log.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

constexpr Version release = make_version(2, 0, 0);

Decision decision(std::uint64_t number) {
  Decision d;
  d.proposal = {number};
  d.what = DeadlinePassed{ApplianceId{number}, OrderNumber{number}};
  return d;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_defect_strikes_its_share_and_the_same_appliances_at_every_boot) {
  Scenario scenario;
  scenario.releases = {{release, Defect::fails_check, 200, 8}};
  const Releases releases(scenario, 3);
  int struck = 0;
  for (std::uint64_t id = 1; id <= 5000; ++id) {
    const bool is = releases.defect(release, {id}) == Defect::fails_check;
    BOOST_TEST(is == (releases.defect(release, {id}) == Defect::fails_check));
    struck += is;
  }
  BOOST_TEST(struck > 900);
  BOOST_TEST(struck < 1100);
}

BOOST_AUTO_TEST_CASE(a_smaller_fleet_keeps_the_faults_of_its_appliances) {
  Scenario scenario;
  scenario.faults.kills_permille = 500;
  scenario.faults.point_cuts_permille = 500;
  const auto small = draw_faults(scenario, 9, 50), large = draw_faults(scenario, 9, 100);
  BOOST_REQUIRE(small.size() < large.size());
  for (std::size_t i = 0; i < small.size(); ++i) {
    BOOST_TEST(small[i].appliance == large[i].appliance);
    BOOST_TEST((small[i].kind == large[i].kind));
    BOOST_TEST(small[i].at.value == large[i].at.value);
    BOOST_TEST(small[i].point == large[i].point);
  }
}

BOOST_AUTO_TEST_CASE(adding_one_kind_of_fault_moves_no_other) {
  Scenario scenario;
  scenario.faults.kills_permille = 1000;
  const auto alone = draw_faults(scenario, 9, 20);
  scenario.faults.cuts_permille = 1000;
  std::vector<Fault> kills;
  for (const Fault& fault : draw_faults(scenario, 9, 20))
    if (fault.kind == FaultKind::kill) kills.push_back(fault);
  BOOST_REQUIRE(kills.size() == alone.size());
  for (std::size_t i = 0; i < kills.size(); ++i) BOOST_TEST(kills[i].at.value == alone[i].at.value);
}

BOOST_AUTO_TEST_CASE(the_log_tells_what_it_took_in_the_order_of_positions) {
  Scenario scenario;
  scenario.faults.log_lost_permille = 200;
  scenario.faults.log_unknown_permille = 300;
  SimulatedLog log(scenario, 4);
  Instant last_at;
  std::uint64_t last_position = 0;
  int lost = 0, late = 0;
  const auto hear = [&](const SimulatedLog::Telling& telling) {
    if (!telling.taken) return;
    BOOST_TEST(telling.taken->value == ++last_position);
    BOOST_TEST(telling.at.value >= last_at.value);
    last_at = telling.at;
  };
  for (std::uint64_t n = 1; n <= 500; ++n) {
    const auto tellings = log.propose(decision(n), {static_cast<std::int64_t>(n) * 10});
    lost += !tellings.first.taken && !tellings.second;
    late += tellings.second.has_value();
    hear(tellings.first);
    if (tellings.second) hear(*tellings.second);
  }
  BOOST_TEST(log.head().value == last_position);
  BOOST_TEST(lost > 100);
  BOOST_TEST(late > 30);
}

BOOST_AUTO_TEST_CASE(the_log_keeps_what_the_planner_has_not_applied) {
  const Scenario scenario;
  SimulatedLog log(scenario, 4);
  for (std::uint64_t n = 1; n <= 10; ++n) log.propose(decision(n), {});
  log.forget_through({7});
  BOOST_REQUIRE(log.kept().size() == 3u);
  BOOST_TEST(log.kept().front().position.value == 8u);
}

BOOST_AUTO_TEST_CASE(an_appliance_is_found_by_its_id) {
  constexpr std::uint32_t fleet = 20'000;
  for (std::uint32_t n = 1; n <= fleet; ++n) BOOST_TEST(number_of(identity_of(n).id, fleet) == n);
  BOOST_TEST(number_of(identity_of(fleet + 1).id, fleet) == 0U);
  BOOST_TEST(number_of({}, fleet) == 0U);
  BOOST_TEST(number_of({1}, fleet) == 0U);
  BOOST_TEST(number_of({identity_of(1).id.value - 1}, fleet) == 0U);
}
