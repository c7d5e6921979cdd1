// Order, durability and group commit.
#include <boost/test/unit_test.hpp>
#include <future>
#include <thread>

#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
BOOST_AUTO_TEST_SUITE(append)

BOOST_AUTO_TEST_CASE(sequences_count_up_from_one_and_go_on_after_a_restart) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    BOOST_TEST(journal->head().seq == 0);
    BOOST_TEST(journal->append(numbered_record(1), {}) == 1);
    BOOST_TEST(journal->append(numbered_record(2), {}) == 2);
  }
  auto journal = open(folder.path());
  BOOST_TEST(journal->head().seq == 2);
  BOOST_TEST(journal->append(numbered_record(3), {}) == 3);
}

BOOST_AUTO_TEST_CASE(a_record_comes_back_as_it_was_appended) {
  const TempFolder folder;
  Record given = numbered_record(1);
  given.event = std::string("\0binary\xff", 8);
  given.up_ms = -5;
  given.rows.push_back({9, "gone", "", true});
  given.passing = "what passes";
  open(folder.path())->append(given, {});
  auto journal = open(folder.path());
  const auto found = journal->record(1);
  BOOST_REQUIRE(found);
  BOOST_TEST((*found == given));
  const auto missing = journal->record(2);
  BOOST_REQUIRE(!missing);
  BOOST_TEST((missing.error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(a_cut_record_is_malformed_at_every_length) {
  Record record = numbered_record(5);
  record.rows.push_back({9, "gone", "", true});
  const std::string bytes = encode(record);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    BOOST_TEST(!decode(std::string_view(bytes).substr(0, length)));
  const auto longer = decode(bytes + "a later release's field");
  BOOST_REQUIRE(longer);
  BOOST_TEST((*longer == record));
}

BOOST_AUTO_TEST_CASE(a_record_of_the_first_layout_is_read_and_an_unknown_one_is_not) {
  const Record record = numbered_record(5);
  std::string bytes = encode(record);
  bytes.resize(bytes.size() - 4);  // it ended with its rows
  bytes[0] = 1;
  const auto first = decode(bytes);
  BOOST_REQUIRE(first);
  BOOST_TEST((*first == record));
  bytes[0] = 3;
  BOOST_TEST(!decode(bytes));
}

BOOST_AUTO_TEST_CASE(rows_hold_what_the_last_turn_left_and_erased_rows_are_gone) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    Record record;
    record.rows = {{1, "a", "1", false}, {1, "b", "1", false}, {2, "a", "other table", false}};
    journal->append(record, {});
    record.rows = {{1, "a", "2", false}, {1, "b", "", true}};
    journal->append(record, {});
  }
  auto journal = open(folder.path());
  BOOST_TEST((rows(*journal, 1) == std::map<std::string, std::string>{{"a", "2"}}));
  BOOST_TEST((rows(*journal, 2) == std::map<std::string, std::string>{{"a", "other table"}}));
  BOOST_TEST(rows(*journal, 3).empty());
}

BOOST_AUTO_TEST_CASE(tables_whose_numbers_hold_the_separator_byte_do_not_mix) {
  const TempFolder folder;
  auto journal = open(folder.path());
  Record record;
  record.rows = {
      {0x2f2f2f2f, "k", "1", false}, {0x2f2f2f30, "k", "2", false}, {0xffffffff, "k", "3", false}};
  journal->append(record, {});
  BOOST_REQUIRE(journal->flush());
  BOOST_TEST(rows(*journal, 0x2f2f2f2f).at("k") == "1");
  BOOST_TEST(rows(*journal, 0x2f2f2f30).at("k") == "2");
  BOOST_TEST(rows(*journal, 0xffffffff).at("k") == "3");
}

BOOST_AUTO_TEST_CASE(a_callback_comes_only_after_a_sync_of_the_log) {
  const TempFolder folder(TempFolder::On::disk);
  auto journal = open(folder.path());
  for (std::uint64_t n = 1; n <= 20; ++n) {
    const std::uint64_t before = sync_hook::log_syncs;
    std::atomic<std::uint64_t> seen = 0;
    journal->append(numbered_record(n), [&](std::uint64_t) { seen = sync_hook::log_syncs.load(); });
    BOOST_REQUIRE(journal->flush());
    BOOST_TEST(seen == before + 1);
  }
}

// The first callback holds the writer until all others wait: they must share one sync.
BOOST_AUTO_TEST_CASE(what_waits_during_a_sync_shares_the_next_one) {
  const TempFolder folder(TempFolder::On::disk);
  auto journal = open(folder.path());
  std::promise<void> all_wait;
  const std::uint64_t before = sync_hook::log_syncs;
  journal->append(numbered_record(1), [&](std::uint64_t) { all_wait.get_future().wait(); });
  for (std::uint64_t n = 2; n <= 500; ++n) journal->append(numbered_record(n), {});
  all_wait.set_value();
  BOOST_REQUIRE(journal->flush());
  const std::uint64_t syncs = sync_hook::log_syncs - before;
  BOOST_TEST(syncs <= 3);  // the first may have taken a few more along
  BOOST_TEST(journal->stats().syncs == syncs);
  BOOST_TEST(journal->stats().records == 500);
}

BOOST_AUTO_TEST_CASE(callbacks_come_in_the_order_of_the_sequences_from_many_threads) {
  const TempFolder folder;
  auto journal = open(folder.path());
  std::vector<std::uint64_t> called;  // by the writer thread alone
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t n = 0; n < 100; ++n)
        journal->append(numbered_record(n), [&](std::uint64_t seq) { called.push_back(seq); });
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_REQUIRE(journal->flush());
  BOOST_REQUIRE(called.size() == 800);
  for (std::size_t i = 0; i < called.size(); ++i) BOOST_REQUIRE(called[i] == i + 1);
  BOOST_TEST(sequences(*journal) == called, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_callback_may_append) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    journal->append(numbered_record(1),
                    [&](std::uint64_t) { journal->append(numbered_record(2), {}); });
    BOOST_REQUIRE(journal->flush());
    BOOST_REQUIRE(journal->flush());
  }
  BOOST_TEST(open(folder.path())->head().seq == 2);
}

BOOST_AUTO_TEST_CASE(closing_writes_and_calls_back_what_still_waits) {
  const TempFolder folder;
  int called = 0;
  {
    auto journal = open(folder.path());
    for (std::uint64_t n = 1; n <= 100; ++n)
      journal->append(numbered_record(n), [&](std::uint64_t) { ++called; });
  }
  BOOST_TEST(called == 100);
  BOOST_TEST(open(folder.path())->head().seq == 100);
}

BOOST_AUTO_TEST_CASE(a_document_is_durable_with_the_first_record_after_it) {
  const TempFolder folder;
  auto journal = open(folder.path());
  Hash hash{};
  bool found = false;
  hash = journal->put_document("policy: careful");
  journal->append(numbered_record(1), [&](std::uint64_t) { found = journal->document(hash).ok(); });
  BOOST_REQUIRE(journal->flush());
  BOOST_TEST(found);
  BOOST_TEST(*journal->document(hash) == "policy: careful");
  journal->forget_document(hash);
  BOOST_REQUIRE(journal->flush());
  BOOST_TEST(!journal->document(hash));
}

BOOST_AUTO_TEST_CASE(a_changed_document_is_a_mismatch) {
  const TempFolder folder;
  const Hash hash = open(folder.path())->put_document("right");
  tamper(folder.path(), [&](Store&, rocksdb::WriteBatch& batch) {
    batch.Put(std::string("d/").append(view(hash)), "wrong");
  });
  const auto found = open(folder.path())->document(hash);
  BOOST_REQUIRE(!found);
  BOOST_TEST((found.error().kind == ErrorKind::mismatch));
}

BOOST_AUTO_TEST_CASE(a_note_keeps_its_last_value) {
  const TempFolder folder;
  {
    auto journal = open(folder.path());
    journal->put_note("floor", "1", {});
    journal->put_note("floor", "2", {});
  }
  auto journal = open(folder.path());
  BOOST_TEST(*journal->note("floor") == "2");
  BOOST_TEST((journal->note("other").error().kind == ErrorKind::not_found));
}

BOOST_AUTO_TEST_CASE(a_queue_beyond_its_limit_ends_the_process) {
  const TempFolder folder;
  std::string why;
  JournalOptions options = strict_options();
  options.pending_items_max = 10;
  options.on_fatal = [&](const std::string& text) { why = text; };
  std::promise<void> held, release;  // the writer thread looks at them until the journal ends
  auto journal = open(folder.path(), options);
  journal->append(numbered_record(1), [&](std::uint64_t) {
    held.set_value();
    release.get_future().wait();
  });
  held.get_future().wait();  // the writer is busy; the queue is empty
  for (std::uint64_t n = 2; n <= 11; ++n) journal->append(numbered_record(n), {});
  BOOST_TEST(why.empty());
  journal->append(numbered_record(12), {});
  BOOST_TEST(why.find("the limit is reached") != std::string::npos);
  release.set_value();
  BOOST_TEST(!journal->flush());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
