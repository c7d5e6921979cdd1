// What may be trusted at open, and what is set aside.
#include <rocksdb/db.h>
#include <boost/test/unit_test.hpp>

#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {
namespace fs = std::filesystem;

JournalOptions appliance() {
  JournalOptions options = agent_options();
  options.on_fatal = strict_options().on_fatal;
  return options;
}

// Strict refuses with this kind; an appliance goes on with a fresh journal and can say why.
void refused_and_set_aside(const std::string& path, ErrorKind kind, const std::string& reason) {
  const auto refused = Journal::open(path, strict_options());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().kind == kind), refused.error().text);
  BOOST_TEST(refused.error().text.find(reason) != std::string::npos, refused.error().text);
  BOOST_TEST(!fs::exists(path + "/journal.lost-1"));
  auto journal = open(path, appliance());
  BOOST_REQUIRE(journal->lost().has_value());
  BOOST_TEST(journal->lost()->find(reason) != std::string::npos, *journal->lost());
  BOOST_TEST(fs::exists(path + "/journal.lost-1/CURRENT") == (reason != "CURRENT"));
  BOOST_TEST(journal->head().seq == 0);
  fill(*journal, 1, 3);
  BOOST_TEST(journal->head().seq == 3);
}

void flip_byte(const std::string& file, std::size_t offset) {
  std::string bytes = read_file(file);
  BOOST_REQUIRE(bytes.size() > offset);
  bytes[offset] = static_cast<char>(bytes[offset] ^ 0x40);
  write_file(file, bytes);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_fresh_journal_has_an_identity_of_its_own_and_nothing_lost) {
  const TempFolder folder;
  auto first = open(folder.path("a"), appliance());
  auto second = open(folder.path("b"), appliance());
  BOOST_TEST((first->incarnation() != second->incarnation()));
  BOOST_TEST(!first->lost());
  BOOST_TEST(!first->disk_full());
}

BOOST_AUTO_TEST_CASE(the_identity_survives_a_restart) {
  const TempFolder folder;
  const Incarnation before = open(folder.path())->incarnation();
  BOOST_TEST((open(folder.path())->incarnation() == before));
}

BOOST_AUTO_TEST_CASE(a_second_owner_is_refused_and_nothing_is_set_aside) {
  const TempFolder folder;
  auto owner = open(folder.path());
  const auto second = Journal::open(folder.path(), appliance());
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind == ErrorKind::refused));
  BOOST_TEST(!fs::exists(folder.path() + "/journal.lost-1"));
}

BOOST_AUTO_TEST_CASE(damage_in_the_middle_of_the_log_is_corrupt) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 200);
  const auto log = file_ending(folder.path() + "/db", ".log");
  flip_byte(log, read_file(log).size() / 2);
  refused_and_set_aside(folder.path(), ErrorKind::malformed, "orrupt");
}

BOOST_AUTO_TEST_CASE(a_damaged_table_file_is_found_before_an_appliance_trusts_it) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    Record record = numbered_record(1);
    record.event.assign(64u << 10, 'e');
    for (int i = 0; i < 64; ++i)
      journal->append(record, {});  // past the write buffer: a table file
  }
  {
    auto reopened = open(folder.path());
    fill(*reopened, 1, 1);
  }
  const auto table = file_ending(folder.path() + "/db", ".sst");
  flip_byte(table, read_file(table).size() / 2);
  auto journal = open(folder.path(), appliance());
  BOOST_REQUIRE(journal->lost().has_value());
  BOOST_TEST(journal->lost()->find("orrupt") != std::string::npos, *journal->lost());
}

BOOST_AUTO_TEST_CASE(a_missing_current_file_is_corrupt) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  fs::remove(folder.path() + "/db/CURRENT");
  refused_and_set_aside(folder.path(), ErrorKind::malformed, "CURRENT");
}

BOOST_AUTO_TEST_CASE(a_head_whose_record_is_gone_is_corrupt) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  tamper(folder.path(), [](Store&, rocksdb::WriteBatch& batch) { batch.Delete(key::record(5)); });
  refused_and_set_aside(folder.path(), ErrorKind::malformed, "corrupt: record 5");
}

BOOST_AUTO_TEST_CASE(another_programs_database_is_foreign) {
  const TempFolder folder;
  fs::create_directories(folder.path());
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  BOOST_REQUIRE(rocksdb::DB::Open(options, folder.path() + "/db", &db).ok());
  BOOST_REQUIRE(db->Put({}, "hello", "world").ok());
  delete db;
  refused_and_set_aside(folder.path(), ErrorKind::mismatch, "foreign");
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_left_to_the_newer_release) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  tamper(folder.path(),
         [](Store&, rocksdb::WriteBatch& batch) { batch.Put("m/format", "drydock-journal 2"); });
  refused_and_set_aside(folder.path(), ErrorKind::mismatch, "newer");
}

BOOST_AUTO_TEST_CASE(another_incarnation_is_foreign_when_one_is_expected) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  JournalOptions options = strict_options();
  options.expected_incarnation = Incarnation{1, 2, 3};
  const auto refused = Journal::open(folder.path(), options);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().kind == ErrorKind::mismatch));
  options.mode = OpenMode::set_aside;
  auto journal = open(folder.path(), options);
  BOOST_TEST(journal->lost()->find("foreign") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_expected_journal_that_is_missing_is_not_made_up_at_the_centre) {
  const TempFolder folder;
  JournalOptions options = strict_options();
  options.expected_incarnation = Incarnation{1, 2, 3};
  const auto missing = Journal::open(folder.path(), options);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(a_loss_is_told_at_every_open_until_it_is_forgotten) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  fs::remove(folder.path() + "/db/CURRENT");
  BOOST_TEST(open(folder.path(), appliance())->lost().has_value());
  {
    auto journal = open(folder.path(), appliance());
    BOOST_TEST(journal->lost().has_value());
    journal->forget_loss();
    BOOST_TEST(!journal->lost().has_value());
  }
  BOOST_TEST(!open(folder.path(), appliance())->lost().has_value());
}

BOOST_AUTO_TEST_CASE(a_cut_between_setting_aside_and_starting_afresh_still_tells_the_loss) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 5);
  fs::rename(folder.path() + "/db", folder.path() + "/journal.lost-1");
  write_file(folder.path() + "/journal.lost-1/why", "corrupt: a bad block");
  BOOST_TEST(*open(folder.path(), appliance())->lost() == "corrupt: a bad block");
}

BOOST_AUTO_TEST_CASE(a_cut_during_the_first_creation_loses_nothing) {
  const TempFolder folder;
  fs::create_directories(folder.path() + "/db.new");
  write_file(folder.path() + "/db.new/000004.log", "half");
  auto journal = open(folder.path(), appliance());
  BOOST_TEST(!journal->lost());
  BOOST_TEST(!fs::exists(folder.path() + "/db.new"));
}

BOOST_AUTO_TEST_CASE(at_most_two_lost_journals_are_kept_the_newest) {
  const TempFolder folder;
  for (int i = 0; i < 4; ++i) {
    fill(*open(folder.path(), appliance()), 1, 5);
    fs::remove(folder.path() + "/db/CURRENT");
  }
  auto journal = open(folder.path(), appliance());
  BOOST_TEST(!fs::exists(folder.path() + "/journal.lost-1"));
  BOOST_TEST(!fs::exists(folder.path() + "/journal.lost-2"));
  BOOST_TEST(fs::exists(folder.path() + "/journal.lost-3"));
  BOOST_TEST(fs::exists(folder.path() + "/journal.lost-4"));
}

BOOST_AUTO_TEST_CASE(only_a_closed_journal_counts_as_cleanly_closed) {
  const TempFolder folder;
  BOOST_TEST(!open(folder.path())->closed_cleanly());
  BOOST_TEST(open(folder.path())->closed_cleanly());
  tamper(folder.path(), [](Store&, rocksdb::WriteBatch& batch) { batch.Delete("m/clean"); });
  BOOST_TEST(!open(folder.path())->closed_cleanly());
}

BOOST_AUTO_TEST_CASE(a_bad_fault_text_is_refused_and_others_rooms_points_are_skipped) {
  const TempFolder folder;
  for (const char* bad : {"journal.append=0:eio", "journal.append=x:eio", "journal.append=3:boom",
                          "journal.append=3", "journal.read=3:eio"}) {
    const FaultInEnvironment environment(bad);
    const auto refused = Journal::open(folder.path(), strict_options());
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().kind == ErrorKind::refused));
  }
  const FaultInEnvironment environment("boot.arm=1:kill-before,journal.append=900:eio");
  BOOST_TEST(Journal::open(folder.path(), strict_options()).ok());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
