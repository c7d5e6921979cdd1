#include "runtime/boot/helper/command.hpp"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::boot {

Status run_command(const std::vector<std::string>& argv, Duration limit) {
  ASSERT(!argv.empty());
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = -1;
  // The signals we wait for ourselves are blocked here; the program must still end at them.
  posix_spawnattr_t attributes;
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int code = ::posix_spawnp(&child, words[0], nullptr, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (code != 0)
    return Error{ErrorKind::io, fmt::format("starting {}: {}", argv[0], std::strerror(code))};

  // Not <sys/pidfd.h>: in glibc 2.36 its declarations lack C linkage.
  files::UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  pollfd wait{ended.get(), POLLIN, 0};
  int ready = -1;
  do {
    ready = ended ? ::poll(&wait, 1, static_cast<int>(limit.value)) : -1;
  } while (ready < 0 && ended && errno == EINTR);
  if (ready <= 0) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (ready <= 0)
    return Error{ErrorKind::timed_out,
                 fmt::format("{} did not end within {} ms", argv[0], limit.value)};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Error{
        ErrorKind::io,
        fmt::format("{} failed ({} {})", argv[0], WIFEXITED(status) ? "exit code" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status))};
  return Done{};
}

}  // namespace drydock::boot
