// The evidence chain finds every kind of tampering, and retention does not break it.
#include <boost/test/unit_test.hpp>

#include "runtime/journal/local_decision_log.hpp"
#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {
constexpr std::uint32_t evidence_table = 77;

JournalOptions with_evidence() {
  JournalOptions options = strict_options();
  options.evidence_tables = {evidence_table};
  return options;
}

// 30 records; every tenth is evidence.
void fill_with_evidence(Journal& journal) {
  for (std::uint64_t n = 1; n <= 30; ++n) {
    Record record = numbered_record(n);
    if (n % 10 == 0) record.rows.push_back({evidence_table, "remedy", std::to_string(n), false});
    journal.append(record, {});
  }
  BOOST_REQUIRE(journal.flush());
}

std::string value_of(Store& store, const std::string& key) {
  auto value = store.get(key);
  BOOST_REQUIRE(value);
  return *value;
}

void broken_at(const std::string& path, std::uint64_t seq) {
  const auto report = checked(path);
  BOOST_TEST(!report.ok);
  BOOST_TEST(report.first_bad == seq, report.why);
  BOOST_TEST(!report.why.empty());
}
}  // namespace

BOOST_AUTO_TEST_SUITE(evidence_chain)

BOOST_AUTO_TEST_CASE(an_untouched_journal_verifies_also_while_it_is_open) {
  const TempFolder folder;
  auto journal = open(folder.path(), with_evidence());
  fill_with_evidence(*journal);
  const auto report = checked(folder.path());
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.records == 30);
  BOOST_TEST(report.first_seq == 1);
  BOOST_TEST(report.last_seq == 30);
  BOOST_TEST(report.evidence == 3);
  BOOST_TEST((report.last_link == journal->head().link));
}

BOOST_AUTO_TEST_CASE(an_empty_journal_verifies) {
  const TempFolder folder;
  open(folder.path());
  const auto report = checked(folder.path());
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.records == 0);
}

BOOST_AUTO_TEST_CASE(a_journal_that_is_not_there_is_an_error) {
  const TempFolder folder;
  BOOST_TEST(!verify(folder.path("nothing")));
}

BOOST_AUTO_TEST_CASE(any_one_flipped_byte_of_a_record_is_found_there) {
  const TempFolder folder;
  {
    auto journal = open(folder.path(), with_evidence());
    fill_with_evidence(*journal);
  }
  for (const std::uint64_t seq : {1u, 10u, 17u, 30u}) {
    std::string original;
    tamper(folder.path(), [&](Store& store, rocksdb::WriteBatch&) {
      original = value_of(store, key::record(seq));
    });
    for (std::size_t at = 0; at < original.size(); at += 5) {
      std::string changed = original;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      tamper(folder.path(),
             [&](Store&, rocksdb::WriteBatch& batch) { batch.Put(key::record(seq), changed); });
      BOOST_TEST_CONTEXT("record " << seq << " byte " << at) { broken_at(folder.path(), seq); }
    }
    tamper(folder.path(),
           [&](Store&, rocksdb::WriteBatch& batch) { batch.Put(key::record(seq), original); });
  }
  BOOST_TEST(checked(folder.path()).ok);
}

BOOST_AUTO_TEST_CASE(a_removed_record_is_found_first_middle_or_last) {
  for (const std::uint64_t seq : {1u, 15u, 20u, 30u}) {
    const TempFolder folder;
    {
      auto journal = open(folder.path(), with_evidence());
      fill_with_evidence(*journal);
    }
    tamper(folder.path(),
           [&](Store&, rocksdb::WriteBatch& batch) { batch.Delete(key::record(seq)); });
    broken_at(folder.path(), seq);
  }
}

BOOST_AUTO_TEST_CASE(swapped_records_are_found) {
  const TempFolder folder;
  fill(*open(folder.path()), 1, 30);
  tamper(folder.path(), [](Store& store, rocksdb::WriteBatch& batch) {
    batch.Put(key::record(12), value_of(store, key::record(13)));
    batch.Put(key::record(13), value_of(store, key::record(12)));
  });
  broken_at(folder.path(), 12);
}

BOOST_AUTO_TEST_CASE(a_record_of_another_journal_does_not_fit) {
  const TempFolder folder;
  fill(*open(folder.path("a")), 1, 3);
  fill(*open(folder.path("b")), 1, 3);
  std::string foreign;
  tamper(folder.path("b"),
         [&](Store& store, rocksdb::WriteBatch&) { foreign = value_of(store, key::record(1)); });
  tamper(folder.path("a"),
         [&](Store&, rocksdb::WriteBatch& batch) { batch.Put(key::record(1), foreign); });
  broken_at(folder.path("a"), 1);
}

BOOST_AUTO_TEST_CASE(a_changed_or_removed_decision_is_found) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    auto log = LocalDecisionLog::open(*journal);
    BOOST_REQUIRE(log);
    for (std::uint64_t i = 0; i < 5; ++i)
      (*log)->propose({"decision " + std::to_string(i), i, 0}, [](DecisionOutcome) {});
  }
  BOOST_TEST(checked(folder.path()).decisions == 5);
  std::string third;
  tamper(folder.path(), [&](Store& store, rocksdb::WriteBatch& batch) {
    third = value_of(store, key::decision(3));
    batch.Delete(key::decision(3));
  });
  broken_at(folder.path(), 3);
  third.back() = '!';
  tamper(folder.path(),
         [&](Store&, rocksdb::WriteBatch& batch) { batch.Put(key::decision(3), third); });
  broken_at(folder.path(), 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retention)

BOOST_AUTO_TEST_CASE(beyond_the_size_the_oldest_go_and_the_chain_stays_whole) {
  const TempFolder folder;
  JournalOptions options = strict_options();
  options.records_bytes_max = 20'000;
  options.retention_every = 10;
  std::uint64_t first = 0;
  {
    auto journal = open(folder.path(), options);
    fill(*journal, 1, 1000);
    fill(*journal, 1001, 1020);
    first = journal->first_seq();
    BOOST_TEST(first > 800);
    BOOST_TEST(sequences(*journal).front() == first);
    BOOST_TEST(rows(*journal, 4).at("last") == "1020");
  }
  const auto report = checked(folder.path());
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.first_seq == first);
  BOOST_TEST(report.records == 1020 - first + 1);
  BOOST_TEST(open(folder.path(), options)->first_seq() == first);
}

BOOST_AUTO_TEST_CASE(evidence_outlives_the_limits_and_its_own_chain_guards_it) {
  const TempFolder folder;
  JournalOptions options = with_evidence();
  options.records_bytes_max = 1;
  options.retention_every = 5;
  {
    auto journal = open(folder.path(), options);
    fill_with_evidence(*journal);
    fill(*journal, 31, 40);
    fill(*journal, 41, 45);
    const auto left = sequences(*journal);
    BOOST_REQUIRE(left.size() >= 4);
    BOOST_TEST(left[0] == 10);
    BOOST_TEST(left[1] == 20);
    BOOST_TEST(left[2] == 30);
    BOOST_TEST(left[3] > 30);
  }
  const auto report = checked(folder.path());
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.evidence == 3);
  std::string twentieth;
  tamper(folder.path(), [&](Store& store, rocksdb::WriteBatch& batch) {
    twentieth = value_of(store, key::record(20));
    batch.Delete(key::record(20));
  });
  broken_at(folder.path(), 30);
  twentieth[twentieth.size() - 1] = '9';
  tamper(folder.path(),
         [&](Store&, rocksdb::WriteBatch& batch) { batch.Put(key::record(20), twentieth); });
  broken_at(folder.path(), 20);
}

BOOST_AUTO_TEST_CASE(records_older_than_the_days_go_by_the_newest_records_time) {
  constexpr std::int64_t day = 24 * 3600 * 1000;
  const TempFolder folder;
  JournalOptions options = strict_options();
  options.days_max = 10;
  options.retention_every = 1;
  auto journal = open(folder.path(), options);
  for (std::int64_t n = 1; n <= 30; ++n) {
    Record record = numbered_record(1);
    record.wall_ms = n * day;
    journal->append(record, {});
    BOOST_REQUIRE(journal->flush());
  }
  BOOST_TEST(journal->first_seq() == 20);
}

BOOST_AUTO_TEST_CASE(an_unsure_clock_removes_nothing) {
  constexpr std::int64_t day = 24 * 3600 * 1000;
  const TempFolder folder;
  JournalOptions options = strict_options();
  options.days_max = 10;
  options.retention_every = 1;
  auto journal = open(folder.path(), options);
  const auto append = [&](std::int64_t wall_ms, std::uint8_t trust) {
    Record record = numbered_record(1);
    record.wall_ms = wall_ms;
    record.wall_trust = trust;
    journal->append(record, {});
    BOOST_REQUIRE(journal->flush());
  };
  append(0, 0);                             // booted without a clock
  append(20'000 * day, wall_synchronised);  // and then heard the time
  BOOST_TEST(journal->first_seq() == 1);
  append(90'000 * day, 1);  // a jump far ahead, only plausible
  BOOST_TEST(journal->first_seq() == 1);
  append(20'011 * day, wall_synchronised);  // record 2 is too old now, and so is what lies before
  BOOST_TEST(journal->first_seq() == 3);
}

BOOST_AUTO_TEST_CASE(the_folder_stays_bounded_however_much_is_appended) {
  const TempFolder folder;
  JournalOptions options = strict_options();
  options.records_bytes_max = 4u << 20;
  options.retention_every = 64;
  options.reserve_bytes = 0;
  auto journal = open(folder.path(), options);
  std::uint64_t seed = 88172645463325252u;  // xorshift: bytes that do not compress
  std::uint64_t appended = 0;
  while (appended < (48u << 20)) {
    Record record = numbered_record(1);
    record.event.resize(8192);
    for (char& byte : record.event) {
      seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
      byte = static_cast<char>(seed);
    }
    appended += record.event.size();
    journal->append(record, {});
    if (appended % (1u << 20) == 0) BOOST_REQUIRE(journal->flush());
  }
  BOOST_REQUIRE(journal->flush());
  std::uintmax_t held = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
    if (entry.is_regular_file()) held += entry.file_size();
  BOOST_TEST_MESSAGE("48 MiB appended, limit 4 MiB: the folder holds " << held << " bytes");
  BOOST_TEST(held < (20u << 20));
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
