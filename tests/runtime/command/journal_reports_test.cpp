#include <boost/test/unit_test.hpp>

#include "messages/centre.hpp"
#include "runtime/journal/local_decision_log.hpp"
#include "runtime/shell/owed_reports.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

Report report(std::uint32_t seq, ReportKind kind, Reason reason = Reason::none) {
  Report r;
  r.seq = {seq};
  r.kind = kind;
  r.reason = reason;
  r.update = {0xA1};
  r.version = make_version(1, 1, 0);
  return r;
}

std::unique_ptr<journal::Journal> open(const std::string& path) {
  auto journal = journal::Journal::open(path, journal::agent_options());
  BOOST_REQUIRE_MESSAGE(journal.ok(), (journal ? "" : journal.error().text));
  return std::move(*journal);
}

void keep(journal::Journal& journal, const Report& report) {
  journal::Record record;
  record.rows.push_back(
      {shell::reports_table, shell::key_bytes(report.seq.value), encode(report), false});
  journal.append(record, [](std::uint64_t) {});
  BOOST_REQUIRE(journal.flush().ok());
}

void count(journal::Journal& journal, std::uint64_t appliance, std::vector<Report> reports) {
  Decision decision;
  ReportsCounted counted;
  counted.appliance = {appliance};
  for (const Report& one : reports) counted.reports.add(one);
  decision.what = counted;
  auto log = journal::LocalDecisionLog::open(journal);
  BOOST_REQUIRE(log.ok());
  (*log)->propose({encode(decision), (*log)->head(), (*log)->epoch()}, [](const auto&) {});
  BOOST_REQUIRE(journal.flush().ok());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_journal_reports)

BOOST_AUTO_TEST_CASE(the_reports_of_an_appliance_are_listed_in_order_while_it_runs) {
  Desk desk;
  auto journal = open(desk / "journal");
  keep(*journal, report(1, ReportKind::staged));
  keep(*journal, report(2, ReportKind::rolled_back, Reason::check_failed));
  const auto said = desk.run({"journal", "reports", desk / "journal", "--json"}).json();
  BOOST_REQUIRE(said["reports"].size() == 2U);
  BOOST_TEST(said["reports"][0]["seq"] == 1);
  BOOST_TEST(said["reports"][0]["kind"] == "staged");
  BOOST_TEST(said["reports"][1]["kind"] == "rolled_back");
  BOOST_TEST(said["reports"][1]["reason"] == "check_failed");
  BOOST_TEST(said["reports"][1]["update"] == "00000000000000a1");
  BOOST_TEST(said["reports"][1]["version"] == "1.1.0");
  BOOST_TEST(holds(desk.run({"journal", "reports", desk / "journal"}).out, "rolled_back  1.1.0"));
}

BOOST_AUTO_TEST_CASE(the_reports_a_centre_has_counted_are_listed_by_appliance) {
  Desk desk;
  auto journal = open(desk / "journal");
  count(*journal, 1, {report(1, ReportKind::staged), report(2, ReportKind::committed)});
  count(*journal, 2, {report(1, ReportKind::install_failed)});
  const auto said = desk.run({"journal", "decisions", desk / "journal", "--json"}).json();
  BOOST_TEST(said["decisions"] == 2);
  BOOST_TEST(said["counted"]["0000000000000001"].size() == 2U);
  BOOST_TEST(said["counted"]["0000000000000002"][0]["kind"] == "install_failed");
}

BOOST_AUTO_TEST_CASE(a_report_decided_upon_twice_is_listed_once) {
  Desk desk;
  auto journal = open(desk / "journal");
  count(*journal, 1, {report(1, ReportKind::staged)});
  count(*journal, 1, {report(1, ReportKind::staged), report(2, ReportKind::committed)});
  const auto said = desk.run({"journal", "decisions", desk / "journal", "--json"}).json();
  BOOST_TEST(said["counted"]["0000000000000001"].size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_row_that_is_no_report_is_an_error) {
  Desk desk;
  auto journal = open(desk / "journal");
  journal::Record record;
  record.rows.push_back({shell::reports_table, shell::key_bytes(1), "\xFF", false});
  journal->append(record, [](std::uint64_t) {});
  BOOST_REQUIRE(journal->flush().ok());
  const auto said = desk.run({"journal", "reports", desk / "journal"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.err, "does not parse"));
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_journal_has_no_reports_and_no_decisions) {
  Desk desk;
  for (const char* verb : {"reports", "decisions"}) {
    const auto said = desk.run({"journal", verb, desk.folder.path()});
    BOOST_TEST(said.exit == 1);
    BOOST_TEST(said.out == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
