// The reporter: numbers, keeps and delivers until acknowledged.
#include "actors/reporter/machine.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/driver.hpp"
#include "tests/support/fuzz.hpp"

using namespace drydock;

namespace {

struct Box : testing::Driver<Reporter> {
  Box() {
    Restarted e;
    e.boot = {9};
    tell(e);
  }
  void drift() { tell(DriftNoted{ReportKind::drifted, HostCheck::disk, 950}); }
  void drift(int count) {
    for (int n = 0; n < count; ++n) drift();
  }
  void acknowledge(std::uint32_t through, WaitReason why = WaitReason::none) {
    Answer a;
    a.reports_through = {through};
    a.wait.reason = why;
    tell(CheckInAnswered{a});
  }
  // What the next check-in carries: the first report and how many.
  std::pair<std::uint32_t, std::uint32_t> posted() {
    tell(CheckInDue{});
    BOOST_REQUIRE(get<Reporter::PostCheckIn>() != nullptr);
    return {get<Reporter::PostCheckIn>()->from.value, get<Reporter::PostCheckIn>()->count};
  }
  UpdateOutcome outcome() const {
    return {{3}, {500}, make_version(1, 1, 0), Reason::check_failed, 2, "dns"};
  }
};
using Post = std::pair<std::uint32_t, std::uint32_t>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reporter, Box)

BOOST_AUTO_TEST_CASE(every_event_is_legal_in_every_state) {
  for (std::uint64_t entity = 0; entity < 4; ++entity) testing::live<Reporter>(entity, 5'000);
  testing::jump<Reporter>(9, 20'000, 1);
  BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(reports_are_numbered_from_one_without_gaps) {
  for (std::uint32_t n = 1; n <= 20; ++n) {
    drift();
    BOOST_TEST(get<Reporter::KeepReport>()->report.seq.value == n);
  }
}

BOOST_AUTO_TEST_CASE(a_report_says_boot_time_and_what_became_of_the_update) {
  tell(RolledBack{outcome()});
  const Report& r = get<Reporter::KeepReport>()->report;
  BOOST_TEST((r.kind == ReportKind::rolled_back && r.reason == Reason::check_failed));
  BOOST_TEST((r.update.value == 500U && r.rollout.value == 3U && r.attempt == 2U));
  BOOST_TEST((r.boot.value == 9U && r.wall == wall && r.detail.view() == "dns"));
}

BOOST_AUTO_TEST_CASE(every_outcome_has_a_kind_of_its_own) {
  const auto kind = [&](const Reporter::Event& event) {
    tell(event);
    BOOST_REQUIRE(get<Reporter::KeepReport>() != nullptr);
    return get<Reporter::KeepReport>()->report.kind;
  };
  BOOST_TEST((kind(Staged{outcome()}) == ReportKind::staged));
  BOOST_TEST((kind(InstallFailed{outcome()}) == ReportKind::install_failed));
  BOOST_TEST((kind(TrialArmed{outcome()}) == ReportKind::armed));
  BOOST_TEST((kind(ArmRefused{outcome()}) == ReportKind::order_refused));
  BOOST_TEST((kind(Committed{outcome()}) == ReportKind::committed));
  BOOST_TEST((kind(RolledBack{outcome()}) == ReportKind::rolled_back));
  BOOST_TEST((kind(FailedLate{outcome()}) == ReportKind::failed_late));
  BOOST_TEST((kind(OrderDenied{}) == ReportKind::order_refused));
  BOOST_TEST((kind(JournalLost{}) == ReportKind::journal_lost));
}

BOOST_AUTO_TEST_CASE(an_outcome_told_again_is_reported_once) {
  tell(Committed{outcome()});
  tell(Committed{outcome()});
  BOOST_TEST(quiet());
  UpdateOutcome next = outcome();
  next.update = {501};
  tell(Committed{next});
  BOOST_TEST(!quiet());
}

BOOST_AUTO_TEST_CASE(a_check_in_carries_the_oldest_reports_not_yet_acknowledged) {
  BOOST_TEST((posted() == Post{1, 0}));
  drift(6);
  BOOST_TEST((posted() == Post{1, 4}));
  acknowledge(4);
  BOOST_TEST((posted() == Post{5, 2}));
  acknowledge(6);
  BOOST_TEST((posted() == Post{7, 0}));
}

BOOST_AUTO_TEST_CASE(a_check_in_with_nothing_new_leaves_no_trace) {
  tell(CheckInDue{});
  BOOST_TEST(idle());
}

BOOST_AUTO_TEST_CASE(a_restored_centre_gets_again_what_it_no_longer_knows) {
  drift(6);
  acknowledge(6);
  acknowledge(2);
  BOOST_TEST((posted() == Post{3, 4}));
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_deletes_nothing) {
  drift(6);
  acknowledge(6);
  BOOST_TEST((get<Reporter::DropReports>() == nullptr));
}

BOOST_AUTO_TEST_CASE(answers_of_those_who_do_not_know_acknowledge_nothing) {
  drift(3);
  acknowledge(3);
  for (WaitReason why : {WaitReason::busy, WaitReason::unknown_appliance, WaitReason::not_active,
                         WaitReason::site_mismatch}) {
    acknowledge(0, why);
    BOOST_TEST((posted() == Post{4, 0}));
  }
}

BOOST_AUTO_TEST_CASE(only_so_many_are_kept_and_the_oldest_go_first) {
  drift(Reporter::kept_max);
  BOOST_TEST((get<Reporter::DropReports>() == nullptr));
  drift();
  BOOST_REQUIRE(get<Reporter::DropReports>() != nullptr);
  BOOST_TEST(get<Reporter::DropReports>()->through.value == 1U);
  BOOST_TEST(store().undelivered_dropped == 1U);
  BOOST_TEST((posted() == Post{2, 4}));
}

BOOST_AUTO_TEST_CASE(dropping_a_delivered_report_is_no_loss) {
  drift(Reporter::kept_max);
  acknowledge(Reporter::kept_max);
  drift(10);
  BOOST_TEST(store().undelivered_dropped == 0U);
}

BOOST_AUTO_TEST_CASE(after_a_lost_journal_numbers_begin_above_the_floor) {
  JournalLost e;
  e.floor = {100};
  tell(e);
  BOOST_TEST(get<Reporter::KeepReport>()->report.seq.value == 101U);
  BOOST_TEST((posted() == Post{101, 1}));
}

BOOST_AUTO_TEST_CASE(a_centre_that_knows_more_than_we_sent_is_numbered_past) {
  drift(2);  // out of a journal that was lost, the centre has counted up to 100
  acknowledge(100);
  BOOST_TEST((get<Reporter::DropReports>()->through.value == 2U));
  BOOST_TEST(store().undelivered_dropped == 2U);
  drift();
  BOOST_TEST(get<Reporter::KeepReport>()->report.seq.value == 101U);
  BOOST_TEST((posted() == Post{101, 1}));
}

BOOST_AUTO_TEST_CASE(a_mark_that_leaves_no_numbers_is_ignored) {
  drift(2);
  acknowledge(0xFFFFFFFF);
  drift();
  BOOST_TEST(get<Reporter::KeepReport>()->report.seq.value == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
