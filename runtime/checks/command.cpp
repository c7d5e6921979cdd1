#include "runtime/checks/command.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <sys/wait.h>

#include "runtime/checks/child.hpp"

namespace drydock::checks {
namespace {

void judge(int status, Finished& finished) {
  if (WIFSIGNALED(status)) {
    finished.reason =
        fmt::format("ended by signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
    return;
  }
  const int code = WEXITSTATUS(status);
  finished.exit_code = code;
  finished.reason = fmt::format("exit code {}", code);
  if (code == 0) finished.outcome = Outcome::pass;
  if (code == 1) finished.outcome = Outcome::fail;
}

}  // namespace

Finished run(const Command& command) {
  Finished finished;
  auto child = Child::start(command.argv);
  if (!child) {
    finished.reason = child.error().text;
    return finished;
  }
  const Duration limit = std::clamp(command.timeout, Duration{0}, kTimeoutMax);
  const bool ended = child->wait(steady_now() + limit);
  if (!ended) {
    child->signal_group(SIGTERM);
    child->wait(steady_now() + kTerminateGrace);
  }
  const int status = child->reap();
  finished.output = child->output();
  if (ended)
    judge(status, finished);
  else
    finished.reason = fmt::format("no end within {} ms", limit.value);
  return finished;
}

}  // namespace drydock::checks
