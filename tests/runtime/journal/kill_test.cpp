// SIGKILL at every one of 50 appends. The page cache survives it: this proves process crashes, and
// the order of acknowledgement; power cuts are tests/power's.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sstream>

#include "runtime/files/files.hpp"
#include "tests/runtime/journal/kill_script.hpp"
#include "tests/runtime/journal/support.hpp"

namespace drydock::journal {
namespace {
struct Ended {
  bool killed = false;
  std::vector<std::uint64_t> acknowledged;
};

Ended run_child(const std::string& path, const std::string& fault, const char* pace) {
  int ends[2];
  BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  files::UniqueFd out(ends[0]), in(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.get(), STDOUT_FILENO);
  const FaultInEnvironment environment(fault);
  std::string program = KILL_CHILD, folder = path, how = pace;
  char* arguments[] = {program.data(), folder.data(), how.data(), nullptr};
  pid_t child = 0;
  BOOST_REQUIRE(::posix_spawn(&child, KILL_CHILD, &actions, nullptr, arguments, environ) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  in.reset();
  std::string said;
  char part[4096];
  for (ssize_t n; (n = ::read(out.get(), part, sizeof part)) > 0;)
    said.append(part, static_cast<std::size_t>(n));
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_REQUIRE_MESSAGE(WIFSIGNALED(status) || status == 0, "the child ended with " << status);
  Ended ended{WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, {}};
  std::istringstream lines(said);
  for (std::uint64_t seq; lines >> seq;) ended.acknowledged.push_back(seq);
  return ended;
}

// Rows, records, documents and chain must tell one story, and it must hold all that was
// acknowledged.
void check_remains(const std::string& path, const Ended& ended) {
  JournalOptions options = strict_options();
  auto journal = open(path, options);
  const std::uint64_t head = journal->head().seq;
  BOOST_TEST(!journal->closed_cleanly());
  for (std::size_t i = 0; i < ended.acknowledged.size(); ++i)
    BOOST_TEST(ended.acknowledged[i] == i + 1);
  BOOST_TEST(head >= ended.acknowledged.size());
  BOOST_TEST((rows(*journal, kill_script::table) == kill_script::rows_after(head)));
  for (std::uint64_t seq = 1; seq <= head; ++seq) {
    const auto record = journal->record(seq);
    BOOST_REQUIRE(record);
    BOOST_TEST((*record == kill_script::record(seq)));
    if (seq % kill_script::document_every == 0)
      BOOST_TEST(journal->document(sha256(kill_script::document(seq))).ok());
  }
  const auto report = checked(path);
  BOOST_TEST(report.ok, report.why);
  BOOST_TEST(report.records == head);
}

void kill_at_each(const std::string& when, const char* pace) {
  for (std::uint64_t n = 1; n <= kill_script::records; ++n) {
    BOOST_TEST_CONTEXT(when << " at " << n << ", " << pace) {
      const TempFolder folder;
      const auto ended =
          run_child(folder.path(), "journal.append=" + std::to_string(n) + ":" + when, pace);
      BOOST_TEST(ended.killed);
      check_remains(folder.path(), ended);
      if (std::string_view(pace) == "one-by-one")
        BOOST_TEST(open(folder.path())->head().seq == (when == "kill-before" ? n - 1 : n));
    }
  }
}
}  // namespace

BOOST_AUTO_TEST_SUITE(kill)

BOOST_AUTO_TEST_CASE(killed_before_any_append_leaves_all_before_it) {
  kill_at_each("kill-before", "one-by-one");
}
BOOST_AUTO_TEST_CASE(killed_after_any_append_leaves_it_too) {
  kill_at_each("kill-after", "one-by-one");
}
BOOST_AUTO_TEST_CASE(killed_within_batches_leaves_whole_batches) {
  kill_at_each("kill-before", "burst");
  kill_at_each("kill-after", "burst");
}
BOOST_AUTO_TEST_CASE(a_child_that_is_not_killed_ends_well) {
  const TempFolder folder;
  const auto ended = run_child(folder.path(), "", "burst");
  BOOST_TEST(!ended.killed);
  BOOST_TEST(ended.acknowledged.size() == kill_script::records);
  BOOST_TEST(open(folder.path())->closed_cleanly());
}

BOOST_AUTO_TEST_SUITE_END()
}  // namespace drydock::journal
