// Full and failing disks.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>

#include "runtime/files/files.hpp"
#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {
namespace fs = std::filesystem;

class SmallDisk {
 public:
  explicit SmallDisk(const std::string& path) : path_(path) {
    fs::create_directories(path);
    mounted_ = ::mount("drydock-test", path.c_str(), "tmpfs", 0, "size=24m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string ballast() const { return path_ + "/ballast"; }
  void fill_up() const {
    auto fd = files::open(ballast(), O_WRONLY | O_CREAT | O_APPEND);
    BOOST_REQUIRE(fd);
    const std::string block(64u << 10, 'x');
    for (std::size_t size = block.size(); size > 0; size /= 2) {
      while (::write(fd->get(), block.data(), size) == static_cast<ssize_t>(size)) {}
    }
  }

 private:
  const std::string path_;
  bool mounted_ = false;
};
}  // namespace

BOOST_AUTO_TEST_SUITE(disk)

BOOST_AUTO_TEST_CASE(no_space_gives_back_the_reserve_and_the_record_lands) {
  const TempFolder folder(TempFolder::On::disk);
  {
    const FaultInEnvironment environment("journal.append=3:enospc");
    auto journal = open(folder.path());
    BOOST_TEST(fs::file_size(folder.path() + "/reserve") == 1u << 20);
    std::vector<std::uint64_t> called;
    for (std::uint64_t n = 1; n <= 5; ++n) {
      journal->append(numbered_record(n), [&](std::uint64_t seq) { called.push_back(seq); });
      BOOST_REQUIRE(journal->flush());
      BOOST_TEST(journal->disk_full() == (n >= 3));
    }
    BOOST_TEST(called.size() == 5);
    BOOST_TEST(!fs::exists(folder.path() + "/reserve"));
  }
  const auto report = checked(folder.path());
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.records == 5);
  auto journal = open(folder.path());
  BOOST_TEST(!journal->disk_full());
  BOOST_TEST(fs::file_size(folder.path() + "/reserve") == 1u << 20);
}

BOOST_AUTO_TEST_CASE(no_space_without_a_reserve_ends_the_process) {
  const TempFolder folder(TempFolder::On::disk);
  std::string why;
  JournalOptions options = strict_options();
  options.reserve_bytes = 0;
  options.on_fatal = [&](const std::string& text) { why = text; };
  const FaultInEnvironment environment("journal.append=1:enospc");
  auto journal = open(folder.path(), options);
  bool called = false;
  journal->append(numbered_record(1), [&](std::uint64_t) { called = true; });
  BOOST_TEST(!journal->flush());
  BOOST_TEST(!called);
  BOOST_TEST(why.find("full") != std::string::npos, why);
}

BOOST_AUTO_TEST_CASE(room_that_returns_is_noticed_without_a_restart) {
  const TempFolder folder(TempFolder::On::disk);
  JournalOptions options = strict_options();
  options.retention_every = 4;
  const FaultInEnvironment environment("journal.append=2:enospc");
  auto journal = open(folder.path(), options);
  for (std::uint64_t n = 1; n <= 5; ++n) fill(*journal, n, n);
  BOOST_TEST(!journal->disk_full());
  BOOST_TEST(fs::exists(folder.path() + "/reserve"));
}

BOOST_AUTO_TEST_CASE(a_failed_write_ends_the_process_and_acknowledges_nothing_more) {
  const TempFolder folder(TempFolder::On::disk);
  std::string why;
  int fatal_calls = 0, called = 0;
  {
    JournalOptions options = strict_options();
    options.on_fatal = [&](const std::string& text) { why = text, ++fatal_calls; };
    const FaultInEnvironment environment("journal.append=3:eio");
    auto journal = open(folder.path(), options);
    for (std::uint64_t n = 1; n <= 5; ++n) {
      journal->append(numbered_record(n), [&](std::uint64_t) { ++called; });
      BOOST_TEST(journal->flush().ok() == (n < 3));
    }
  }
  BOOST_TEST(fatal_calls == 1);
  BOOST_TEST(called == 2);
  BOOST_TEST(!why.empty());
  auto journal = open(folder.path());
  BOOST_TEST(journal->head().seq == 2);
  BOOST_TEST(!journal->closed_cleanly());
}

BOOST_AUTO_TEST_CASE(a_failed_sync_of_the_log_ends_the_process) {
  const TempFolder folder(TempFolder::On::disk);
  std::string why;
  int called = 0;
  JournalOptions options = strict_options();
  options.on_fatal = [&](const std::string& text) { why = text; };
  {
    auto journal = open(folder.path(), options);
    fill(*journal, 1, 3);
    sync_hook::fail_log_syncs_with = EIO;
    journal->append(numbered_record(4), [&](std::uint64_t) { ++called; });
    BOOST_TEST(!journal->flush());
    sync_hook::fail_log_syncs_with = 0;
    journal->append(numbered_record(5), [&](std::uint64_t) { ++called; });
    BOOST_TEST(!journal->flush());
  }
  BOOST_TEST(why.find(std::strerror(EIO)) != std::string::npos, why);
  BOOST_TEST(called == 0);
  const std::uint64_t head = open(folder.path())->head().seq;
  BOOST_TEST(head >= 3);
  BOOST_TEST(head <= 4);  // the bytes of 4 may have reached the file; it was never acknowledged
}

BOOST_AUTO_TEST_CASE(on_a_really_full_disk_records_land_and_the_journal_opens_again) {
  const TempFolder folder(TempFolder::On::disk);
  const SmallDisk small(folder.path("disk"));
  if (!small.mounted()) {
    BOOST_TEST_MESSAGE("skipped: mounting a small tmpfs needs root (" << std::strerror(errno)
                                                                      << ")");
    return;
  }
  const std::string path = folder.path("disk/journal");
  std::uint64_t last = 0;
  {
    auto journal = open(path);
    fill(*journal, 1, 100);
    small.fill_up();
    Record record = numbered_record(1);
    record.event.assign(4096, 'v');
    // The log's preallocated blocks go first.
    for (int i = 0; i < 4000 && !journal->disk_full(); ++i) {
      last = journal->append(record, {});
      BOOST_REQUIRE(journal->flush());
    }
    BOOST_TEST(journal->disk_full());
    BOOST_TEST(!fs::exists(path + "/reserve"));
    for (int i = 0; i < 50; ++i) last = journal->append(record, {});  // verdicts still land
    BOOST_REQUIRE(journal->flush());
    BOOST_TEST(journal->head().seq == last);
  }
  {
    auto journal = open(path, agent_options());
    BOOST_TEST(journal->disk_full());
    BOOST_TEST(!journal->lost());
    BOOST_TEST(journal->head().seq == last);
  }
  fs::remove(small.ballast());
  auto journal = open(path);
  BOOST_TEST(!journal->disk_full());
  BOOST_TEST(fs::exists(path + "/reserve"));
  BOOST_TEST(journal->head().seq == last);
  const auto report = checked(path);
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.records == last);
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
