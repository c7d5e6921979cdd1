#include <boost/test/unit_test.hpp>

#include "runtime/journal/journal.hpp"
#include "runtime/journal/layout.hpp"
#include "runtime/journal/store.hpp"
#include "tests/runtime/command/support.hpp"

namespace drydock::command::test {
namespace {

void write_journal(const std::string& path) {
  auto journal = journal::Journal::open(path, journal::agent_options());
  BOOST_REQUIRE_MESSAGE(journal.ok(), (journal ? "" : journal.error().text));
  for (int i = 0; i < 3; ++i) (*journal)->append({}, [](std::uint64_t) {});
  BOOST_REQUIRE((*journal)->flush().ok());
}

void remove_record(const std::string& path, std::uint64_t seq) {
  auto store = journal::Store::open(path + "/db", journal::Profile::agent, journal::Room::plenty);
  BOOST_REQUIRE(store.ok());
  rocksdb::WriteBatch batch;
  batch.Delete(journal::key::record(seq));
  BOOST_REQUIRE((*store)->write(batch, journal::Durability::synced).ok());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_journal)

BOOST_AUTO_TEST_CASE(a_whole_journal_verifies) {
  Desk desk;
  write_journal(desk / "journal");
  const auto said = desk.run({"journal", "verify", desk / "journal", "--json"});
  BOOST_TEST(said.exit == 0);
  BOOST_TEST(said.json()["records"] == 3);
  BOOST_TEST(said.json()["ok"] == true);
  BOOST_TEST(holds(desk.run({"journal", "verify", desk / "journal"}).out, "whole"));
}

BOOST_AUTO_TEST_CASE(a_broken_journal_exits_1_and_says_where) {
  Desk desk;
  write_journal(desk / "journal");
  remove_record(desk / "journal", 2);
  const auto said = desk.run({"journal", "verify", desk / "journal"});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(holds(said.out, "BROKEN"));
  BOOST_TEST(holds(said.out, "(at 2)"));
  const auto json = desk.run({"journal", "verify", desk / "journal", "--json"});
  BOOST_TEST(json.exit == 1);
  BOOST_TEST(json.json()["first_bad"] == 2);
}

BOOST_AUTO_TEST_CASE(a_folder_without_a_journal_does_not_verify) {
  Desk desk;
  const auto said = desk.run({"journal", "verify", desk.folder.path()});
  BOOST_TEST(said.exit == 1);
  BOOST_TEST(said.out == "");
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::command::test
