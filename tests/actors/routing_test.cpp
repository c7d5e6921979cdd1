#include "actors/routing.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "actors/health_gate/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/updater/machine.hpp"

using namespace drydock;

namespace {

using Appliance = Peers<Scheduler, Updater, HealthGate, Reporter>;

// Where an effect goes, as names in the order of delivery.
template <class Effect>
std::vector<std::string> routed(const Effect& effect) {
  std::vector<std::string> to;
  route(
      Appliance{}, effect,
      [&](auto machine, const auto&) { to.emplace_back(decltype(machine)::type::name); },
      [&](const auto&) { to.emplace_back("world"); });
  return to;
}
using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(routing)

BOOST_AUTO_TEST_CASE(an_effect_reaches_every_peer_that_takes_it_in_their_order) {
  BOOST_TEST(routed(HealthGate::Effect{Committed{}}) == (Names{"scheduler", "updater", "reporter"}),
             boost::test_tools::per_element());
  BOOST_TEST(routed(Updater::Effect{Staged{}}) == (Names{"scheduler", "reporter"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_effect_for_one_peer_reaches_it_alone) {
  BOOST_TEST(routed(Scheduler::Effect{InstallOrdered{}}) == Names{"updater"},
             boost::test_tools::per_element());
  BOOST_TEST(routed(Scheduler::Effect{TrialWithdrawn{}}) == Names{"health_gate"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_no_peer_takes_is_for_the_world) {
  BOOST_TEST(routed(Scheduler::Effect{Scheduler::Reboot{}}) == Names{"world"},
             boost::test_tools::per_element());
  BOOST_TEST(routed(Scheduler::Effect{ArmTimer{}}) == Names{"world"},
             boost::test_tools::per_element());
  BOOST_TEST(routed(HealthGate::Effect{HealthGate::CommitSlot{}}) == Names{"world"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_event_carries_what_the_effect_held) {
  OrderDenied denied;
  denied.order = {12};
  OrderNumber arrived;
  route(
      Appliance{}, Scheduler::Effect{denied},
      [&](auto machine, const auto& held) {
        using Event = typename decltype(machine)::type::Event;
        if constexpr (std::is_same_v<Event, Reporter::Event>)
          arrived = std::get<OrderDenied>(Event{held}).order;
      },
      [](const auto&) {});
  BOOST_TEST(arrived.value == 12U);
}

BOOST_AUTO_TEST_SUITE_END()
