// The healer: notes a drift, repairs within a budget, escalates once.
#include "actors/healer/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Box : testing::Driver<Healer> {
  using Level = Healer::Level;
  void look(Level level, HostCheck check = HostCheck::process) {
    tell(Healer::Observed{check, level, 7});
  }
  ReportKind noted() const {
    const auto* e = get<DriftNoted>();
    return e == nullptr ? ReportKind::unknown : e->kind;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(healer, Box)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_state) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Healer>(entity, 5'000);
  testing::jump<Healer>(9, 20'000, 1);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(it_looks_at_everything_after_a_start_and_then_every_interval) {
  tell(Restarted{});
  BOOST_TEST(count<Healer::Observe>() == host_checks);
  BOOST_TEST((timer(1) >= Healer::interval));
  fire(1);
  BOOST_TEST(count<Healer::Observe>() == host_checks);
}

BOOST_AUTO_TEST_CASE(a_look_leaves_no_trace) {
  tell(Restarted{});
  fire(1);
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_CASE(a_timer_of_an_earlier_start_is_ignored) {
  tell(Restarted{});
  const std::uint32_t old = generation(1);
  tell(Restarted{});
  tell(TimerFired{1, old});
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(one_bad_look_is_noise) {
  look(Level::bad);
  BOOST_TEST(quiet());
  look(Level::good);
  look(Level::bad);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(the_second_bad_look_is_a_drift_and_starts_the_remedy) {
  look(Level::bad);
  look(Level::bad);
  BOOST_TEST((noted() == ReportKind::drifted));
  BOOST_TEST((get<Healer::Remedy>()->check == HostCheck::process));
}

BOOST_AUTO_TEST_CASE(an_unknown_look_proves_nothing) {
  look(Level::bad);
  look(Level::unknown);
  BOOST_TEST(quiet());
  look(Level::bad);
  BOOST_TEST((noted() == ReportKind::drifted));
  look(Level::unknown);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(remedies_have_a_budget_and_then_it_escalates_once) {
  look(Level::bad);
  std::size_t remedies = 0, escalations = 0;
  for (int n = 0; n < 50; ++n) {
    look(Level::bad);
    remedies += count<Healer::Remedy>();
    escalations += noted() == ReportKind::escalated ? 1 : 0;
  }
  BOOST_TEST(remedies == Healer::remedies_max);
  BOOST_TEST(escalations == 1U);
}

BOOST_AUTO_TEST_CASE(what_has_no_remedy_is_escalated_at_once) {
  for (HostCheck check : {HostCheck::disk, HostCheck::clock}) {
    look(Level::bad, check);
    look(Level::bad, check);
    BOOST_TEST(count<DriftNoted>() == 2U);
    BOOST_TEST((get<Healer::Remedy>() == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(a_good_look_after_a_drift_is_healed_and_gives_the_budget_back) {
  for (int n = 0; n < 10; ++n) look(Level::bad);
  look(Level::good);
  BOOST_TEST((noted() == ReportKind::healed));
  look(Level::good);
  BOOST_TEST(quiet());
  look(Level::bad);
  look(Level::bad);
  BOOST_TEST((get<Healer::Remedy>() != nullptr));
}

BOOST_AUTO_TEST_CASE(checks_do_not_share_their_looks) {
  look(Level::bad, HostCheck::disk);
  look(Level::bad, HostCheck::clock);
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_check_of_a_newer_writer_is_ignored) {
  look(Level::bad, static_cast<HostCheck>(9));
  look(Level::bad, static_cast<HostCheck>(9));
  BOOST_TEST(quiet());
}

BOOST_AUTO_TEST_CASE(a_remedy_that_says_it_went_well_heals_nothing) {
  look(Level::bad);
  look(Level::bad);
  tell(Healer::RemedyEnded{HostCheck::process, Reason::none});
  BOOST_TEST((quiet() && store().process.drifted));
}

BOOST_AUTO_TEST_SUITE_END()
