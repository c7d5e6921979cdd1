// Looking into a journal from outside, while its owner writes and after it has ended.
#include <boost/test/unit_test.hpp>

#include "runtime/journal/local_decision_log.hpp"
#include "runtime/journal/reading.hpp"
#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {

std::map<std::string, std::string> rows_seen(const std::string& path, std::uint32_t table) {
  const auto reading = Reading::open(path);
  BOOST_REQUIRE_MESSAGE(reading, (reading ? "" : reading.error().text));
  std::map<std::string, std::string> found;
  BOOST_REQUIRE(reading->for_each_row(
      table, [&](std::string_view key, std::string_view value) { found.emplace(key, value); }));
  return found;
}

std::vector<std::string> decisions_seen(const std::string& path) {
  const auto reading = Reading::open(path);
  BOOST_REQUIRE_MESSAGE(reading, (reading ? "" : reading.error().text));
  std::vector<std::string> found;
  BOOST_REQUIRE(reading->for_each_decision([&](const Decision& d) {
    BOOST_TEST(d.position == found.size() + 1);
    found.push_back(d.bytes);
  }));
  return found;
}

void propose(Journal& journal, std::initializer_list<std::string> all) {
  auto log = LocalDecisionLog::open(journal);
  BOOST_REQUIRE(log);
  std::uint64_t head = (*log)->head();
  for (const auto& bytes : all)
    (*log)->propose({bytes, head++, (*log)->epoch()}, [](const DecisionOutcome& outcome) {
      BOOST_TEST(std::holds_alternative<Appended>(outcome));
    });
  BOOST_REQUIRE(journal.flush());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journal_reading)

BOOST_AUTO_TEST_CASE(rows_are_read_beside_the_writer_as_they_were_at_that_moment) {
  const TempFolder folder;
  auto journal = open(folder.path());
  fill(*journal, 1, 3);
  BOOST_TEST((rows_seen(folder.path(), 4) == std::map<std::string, std::string>{{"last", "3"}}));
  fill(*journal, 4, 9);
  BOOST_TEST((rows_seen(folder.path(), 4) == std::map<std::string, std::string>{{"last", "9"}}));
}

BOOST_AUTO_TEST_CASE(rows_of_other_tables_are_not_shown) {
  const TempFolder folder;
  auto journal = open(folder.path());
  fill(*journal, 1, 3);
  BOOST_TEST(rows_seen(folder.path(), 3).empty());
  BOOST_TEST(rows_seen(folder.path(), 5).empty());
}

BOOST_AUTO_TEST_CASE(every_decision_is_read_in_order_beside_the_writer_and_after_it) {
  const TempFolder folder;
  auto journal = open(folder.path());
  BOOST_TEST(decisions_seen(folder.path()).empty());
  propose(*journal, {"halt", "start"});
  const std::vector<std::string> both = {"halt", "start"};
  BOOST_TEST(decisions_seen(folder.path()) == both);
  journal.reset();
  BOOST_TEST(decisions_seen(folder.path()) == both);
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_journal_is_an_error_and_stays_as_it_was) {
  const TempFolder folder;
  const auto reading = Reading::open(folder.path());
  BOOST_REQUIRE(!reading);
  BOOST_TEST(!reading.error().text.empty());
  BOOST_TEST(!std::filesystem::exists(folder.path()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::journal
