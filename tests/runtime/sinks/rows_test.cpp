#include "runtime/sinks/rows.hpp"

#include <boost/test/unit_test.hpp>

#include "messages/codec.hpp"
#include "runtime/sinks/retry.hpp"

namespace drydock::sinks {
namespace {

journal::Decision stored(std::uint64_t position, Decision decision) {
  decision.wall = {1'700'000'000'123};
  return {position, 1, encode(decision)};
}

DecisionRows rows(std::uint64_t position, const Decision& decision) {
  auto made = rows_of(stored(position, decision));
  BOOST_REQUIRE(made);
  return *made;
}

BOOST_AUTO_TEST_CASE(a_grant_names_appliance_rollout_and_kind) {
  Decision decision;
  GrantIssued grant;
  grant.kind = GrantKind::reboot;
  grant.appliance = {0xab};
  grant.rollout = {7};
  decision.what = grant;
  const DecisionRow row = rows(41, decision).decision;
  BOOST_TEST(row.position == 41u);
  BOOST_TEST(row.at_ms == 1'700'000'000'123);
  BOOST_TEST(row.kind == "GrantIssued");
  BOOST_TEST(row.what == "reboot");
  BOOST_TEST(row.appliance == "00000000000000ab");
  BOOST_TEST(row.rollout == 7u);
  BOOST_TEST(row.by.empty());
}

BOOST_AUTO_TEST_CASE(a_person_s_move_names_who_and_why) {
  Decision decision;
  decision.by = Text<32>("alice");
  decision.why = Text<80>("it smells");
  decision.what = RolloutMoved{{3}, RolloutMove::halt};
  const DecisionRow row = rows(2, decision).decision;
  BOOST_TEST(row.by == "alice");
  BOOST_TEST(row.why == "it smells");
  BOOST_TEST(row.what == "halt");
  BOOST_TEST(row.rollout == 3u);
}

BOOST_AUTO_TEST_CASE(each_counted_report_is_a_verdict_row_of_its_decision) {
  Report staged, failed;
  staged.seq = {4};
  staged.kind = ReportKind::staged;
  staged.version = make_version(1, 1, 0);
  failed.seq = {5};
  failed.kind = ReportKind::rolled_back;
  failed.reason = Reason::check_failed;
  failed.detail = Text<40>("self-check");
  ReportsCounted counted;
  counted.appliance = {9};
  counted.reports.add(staged);
  counted.reports.add(failed);
  Decision decision;
  decision.what = counted;
  const auto made = rows(12, decision);
  BOOST_REQUIRE(made.verdicts.size() == 2u);
  BOOST_TEST(made.verdicts[0].seq == 4u);
  BOOST_TEST(made.verdicts[0].kind == "staged");
  BOOST_TEST(made.verdicts[0].version == "1.1.0");
  BOOST_TEST(made.verdicts[1].reason == "check_failed");
  BOOST_TEST(made.verdicts[1].detail == "self-check");
  for (const VerdictRow& verdict : made.verdicts) {
    BOOST_TEST(verdict.position == 12u);
    BOOST_TEST(verdict.appliance == "0000000000000009");
  }
}

BOOST_AUTO_TEST_CASE(whatever_an_appliance_says_becomes_text_and_time_that_a_database_takes) {
  using namespace std::string_literals;
  BOOST_TEST(stored_text("it's \xc3\xa9t\xc3\xa9 \xf0\x9f\x9a\xa2") ==
             "it's \xc3\xa9t\xc3\xa9 \xf0\x9f\x9a\xa2");
  BOOST_TEST(stored_text("a\0b\n\x7f"s) == "a?b??");
  BOOST_TEST(stored_text("cut \xc3") == "cut ?");
  BOOST_TEST(stored_text("\xff\xc0\xaf") == "???");
  BOOST_TEST(stored_text("\xed\xa0\x80|\xf4\x90\x80\x80|\xe0\x80\x80") == "???|????|???");
  BOOST_TEST(stored_ms({-5}) == 0);
  BOOST_TEST(stored_ms({1'700'000'000'123}) == 1'700'000'000'123);
  BOOST_TEST(stored_ms({std::int64_t{1} << 62}) == 253'402'300'799'000);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_decision_are_told_with_their_position) {
  const auto made = rows_of({17, 1, "\xff\xff\xff"});
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().text.find("decision 17 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_sink_waits_longer_each_time_and_never_longer_than_its_bound) {
  Retry retry;
  BOOST_TEST((retry.failed() == Retry::first));
  auto last = Retry::first;
  for (int i = 0; i < 20; ++i) {
    const auto wait = retry.failed();
    BOOST_TEST((wait >= last && wait <= Retry::longest));
    last = wait;
  }
  BOOST_TEST((last == Retry::longest));
  retry.succeeded();
  BOOST_TEST((retry.failed() == Retry::first));
}

}  // namespace
}  // namespace drydock::sinks
