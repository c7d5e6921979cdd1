#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/checks/command.hpp"

using namespace drydock;
using namespace drydock::checks;

namespace {

Finished sh(const std::string& script, Duration timeout = seconds(20)) {
  return run({{"/bin/sh", "-c", script}, timeout});
}

bool is(Outcome a, Outcome b) { return a == b; }

// Whether the process with this number is gone, or goes before the time is out.
bool ends(const std::string& pid_text) {
  int pid = 0;
  std::from_chars(pid_text.data(), pid_text.data() + pid_text.size(), pid);
  BOOST_REQUIRE(pid > 1);
  const auto watch = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (watch < 0) return errno == ESRCH;
  pollfd fd{watch, POLLIN, 0};
  const bool ended = ::poll(&fd, 1, 20'000) == 1;
  ::close(watch);
  return ended;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checks_command)

BOOST_AUTO_TEST_CASE(exit_0_is_pass) {
  const auto f = sh("exit 0");
  BOOST_TEST(is(f.outcome, Outcome::pass));
  BOOST_TEST(f.exit_code.value() == 0);
}

BOOST_AUTO_TEST_CASE(exit_1_is_fail) {
  const auto f = sh("exit 1");
  BOOST_TEST(is(f.outcome, Outcome::fail));
  BOOST_TEST(f.reason == "exit code 1");
}

BOOST_AUTO_TEST_CASE(any_other_exit_code_is_unknown) {
  for (const int code : {2, 3, 126, 127, 255}) {
    const auto f = sh("exit " + std::to_string(code));
    BOOST_TEST(is(f.outcome, Outcome::unknown));
    BOOST_TEST(f.exit_code.value() == code);
  }
}

BOOST_AUTO_TEST_CASE(a_command_ended_by_a_signal_is_unknown) {
  const auto f = sh("kill -SEGV $$");
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_TEST(!f.exit_code.has_value());
  BOOST_TEST(f.reason.find("signal 11") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_unknown_and_named) {
  const auto f = run({{"/no/such/program"}, seconds(5)});
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_TEST(f.reason.find("/no/such/program: No such file") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_program_is_unknown) {
  BOOST_TEST(is(run({{"/etc/passwd"}, seconds(5)}).outcome, Outcome::unknown));
  BOOST_TEST(is(run({{}, seconds(5)}).outcome, Outcome::unknown));
  BOOST_TEST(is(run({{""}, seconds(5)}).outcome, Outcome::unknown));
}

BOOST_AUTO_TEST_CASE(arguments_reach_the_program_as_they_are) {
  const auto f = run({{"/usr/bin/printf", "%s|", "a b", "$HOME", "*", "; exit 1"}, seconds(20)});
  BOOST_TEST(is(f.outcome, Outcome::pass));
  BOOST_TEST(f.output == "a b|$HOME|*|; exit 1|");
}

BOOST_AUTO_TEST_CASE(a_command_over_its_time_limit_is_unknown_even_if_it_would_pass) {
  const auto f = sh("trap 'exit 0' TERM; echo started; while :; do sleep 0.01; done", seconds(2));
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_TEST(f.reason == "no end within 2000 ms");
  BOOST_TEST(f.output.starts_with("started\n"));
}

BOOST_AUTO_TEST_CASE(a_command_that_ignores_sigterm_is_killed_with_its_children) {
  const auto f =
      sh("trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait",
         seconds(2));
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_REQUIRE(!f.output.empty());
  BOOST_TEST(ends(f.output));
}

BOOST_AUTO_TEST_CASE(a_child_left_behind_neither_delays_the_outcome_nor_survives) {
  // The child keeps the output open; only the end of the leader counts.
  const auto f = sh("sleep 600 & echo $!; exit 1", minutes(5));
  BOOST_TEST(is(f.outcome, Outcome::fail));
  BOOST_REQUIRE(!f.output.empty());
  BOOST_TEST(ends(f.output));
}

BOOST_AUTO_TEST_CASE(a_command_that_closes_its_output_is_still_awaited) {
  const auto f = sh("exec >&- 2>&-; sleep 0.2; exit 1");
  BOOST_TEST(is(f.outcome, Outcome::fail));
  BOOST_TEST(f.output.empty());
}

BOOST_AUTO_TEST_CASE(the_end_of_long_output_is_kept_and_no_more) {
  const auto f = sh("seq 1 200000; echo last words >&2");
  BOOST_TEST(is(f.outcome, Outcome::pass));
  BOOST_TEST(f.output.size() == kOutputMax);
  BOOST_TEST(f.output.ends_with("200000\nlast words\n"));
}

BOOST_AUTO_TEST_CASE(endless_output_does_not_outlast_the_time_limit) {
  const auto f = run({{"yes"}, milliseconds(200)});
  BOOST_TEST(is(f.outcome, Outcome::unknown));
  BOOST_TEST(f.output.size() == kOutputMax);
}

BOOST_AUTO_TEST_CASE(no_open_file_of_ours_is_passed_on) {
  const int fd = ::open("/etc/passwd", O_RDONLY);  // deliberately without close-on-exec
  BOOST_REQUIRE(::dup2(fd, 77) == 77);
  const auto f = sh("test -e /proc/$$/fd/77");
  ::close(fd);
  ::close(77);
  BOOST_TEST(is(f.outcome, Outcome::fail));
}

BOOST_AUTO_TEST_CASE(blocked_and_ignored_signals_of_ours_are_not_passed_on) {
  sigset_t set;
  sigset_t old;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &set, &old);
  const auto f = sh("kill -TERM $$; exit 0");
  ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
  BOOST_TEST(f.reason.find("signal 15") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(standard_input_is_empty) { BOOST_TEST(sh("wc -c").output == "0\n"); }

BOOST_AUTO_TEST_CASE(commands_on_several_threads_keep_apart) {
  std::vector<Finished> done(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < done.size(); ++i)
    threads.emplace_back([&done, i] {
      done[i] = sh("echo " + std::to_string(i) + "; exit " + std::to_string(i % 2));
    });
  for (auto& t : threads) t.join();
  for (std::size_t i = 0; i < done.size(); ++i) {
    BOOST_TEST(done[i].output == std::to_string(i) + "\n");
    BOOST_TEST(is(done[i].outcome, i % 2 == 0 ? Outcome::pass : Outcome::fail));
  }
}

BOOST_AUTO_TEST_SUITE_END()
