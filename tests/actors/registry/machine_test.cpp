// The registry: who reaches the planner.
#include "actors/registry/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Centre : testing::Driver<Registry> {
  static constexpr ApplianceId box{77};
  void provision(ClientId client = {1}, SiteId site = {5}, ApplianceId appliance = box) {
    tell(Registry::ApplianceProvisioned{{100}, appliance, client, site, {3}});
  }
  void order(Lifecycle lifecycle) { tell(Registry::LifecycleOrdered{{101}, box, lifecycle}); }
  void check_in(ClientId client = {1}, SiteId claim = {5}) {
    CheckInArrived e;
    e.request = {200};
    e.facts.appliance = box;
    e.facts.client = client;
    e.facts.site_claim = claim;
    e.facts.serial = 4;
    e.facts.epoch_seen = {6};
    tell(e);
  }
  OperatorResult said() const {
    const auto* e = get<OperatorAnswered>();
    return e == nullptr ? OperatorResult::unknown : e->result;
  }
  WaitReason refused() const {
    const auto* e = get<AnswerReady>();
    return e == nullptr ? WaitReason::none : e->answer.wait.reason;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(registry, Centre)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_state) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Registry>(entity, 5'000);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(a_provisioned_appliance_is_active_and_reaches_the_planner) {
  provision();
  BOOST_TEST((said() == OperatorResult::done && store().head.active == 1U));
  check_in();
  BOOST_REQUIRE(get<ApplianceSeen>() != nullptr);
  BOOST_TEST(
      (get<ApplianceSeen>()->site.value == 5U && get<ApplianceSeen>()->hardware.value == 3U));
  BOOST_TEST((get<ApplianceSeen>()->request.value == 200U));
}

BOOST_AUTO_TEST_CASE(an_unknown_appliance_is_told_so) {
  check_in();
  BOOST_TEST((refused() == WaitReason::unknown_appliance));
  BOOST_TEST((get<AnswerReady>()->request.value == 200U));
  BOOST_TEST((get<AnswerReady>()->answer.serial == 4U));
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_CASE(an_appliance_of_another_client_is_unknown) {
  provision();
  check_in({2});
  BOOST_TEST((refused() == WaitReason::unknown_appliance && get<ApplianceSeen>() == nullptr));
}

BOOST_AUTO_TEST_CASE(another_site_than_the_registry_knows_gets_nothing) {
  provision();
  check_in({1}, {6});
  BOOST_TEST((refused() == WaitReason::site_mismatch));
  BOOST_TEST((get<AnswerReady>()->answer.wait.a == 5U));
  check_in({1}, {5});
  BOOST_TEST((get<ApplianceSeen>() != nullptr));
}

BOOST_AUTO_TEST_CASE(an_appliance_moved_to_another_site_is_known_there) {
  provision();
  provision({1}, {6});
  BOOST_TEST((said() == OperatorResult::done && store().appliances.size() == 1U));
  check_in({1}, {6});
  BOOST_TEST((get<ApplianceSeen>()->site.value == 6U));
}

BOOST_AUTO_TEST_CASE(an_appliance_never_changes_its_client) {
  provision();
  provision({2});
  BOOST_TEST((said() == OperatorResult::conflict));
  BOOST_TEST((store().appliances.get(box)->client.value == 1U));
}

BOOST_AUTO_TEST_CASE(only_active_appliances_take_part) {
  provision();
  for (Lifecycle lifecycle : {Lifecycle::pending, Lifecycle::quarantined, Lifecycle::maintenance,
                              Lifecycle::retired, Lifecycle::replaced}) {
    order(lifecycle);
    BOOST_TEST((said() == OperatorResult::done && store().head.active == 0U));
    check_in();
    BOOST_TEST((refused() == WaitReason::not_active));
    BOOST_TEST(get<AnswerReady>()->answer.wait.a == static_cast<std::uint64_t>(lifecycle));
  }
  order(Lifecycle::active);
  BOOST_TEST(store().head.active == 1U);
  check_in();
  BOOST_TEST((get<ApplianceSeen>() != nullptr));
}

BOOST_AUTO_TEST_CASE(provisioning_again_wakes_no_retired_appliance) {
  provision();
  order(Lifecycle::retired);
  provision();
  BOOST_TEST((store().appliances.get(box)->lifecycle == Lifecycle::retired));
}

BOOST_AUTO_TEST_CASE(an_order_about_an_unknown_appliance_is_not_found) {
  order(Lifecycle::retired);
  BOOST_TEST((said() == OperatorResult::not_found));
}

BOOST_AUTO_TEST_CASE(a_full_registry_refuses_another_appliance) {
  for (std::uint64_t n = 1; !store().appliances.full(); ++n) provision({1}, {5}, {n});
  provision({1}, {5}, {100'000});
  BOOST_TEST((said() == OperatorResult::too_many));
}

BOOST_AUTO_TEST_CASE(a_check_in_with_nothing_new_leaves_no_trace) {
  provision();
  check_in();
  check_in();
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_SUITE_END()
