#include "runtime/checks/child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/checks/command.hpp"
#include "runtime/clock/host_clock.hpp"

namespace drydock::checks {
namespace {

// Settings of posix_spawn that free themselves. Their calls fail only for want of memory.
struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  explicit SpawnSettings(int output) {
    ASSERT(posix_spawn_file_actions_init(&actions) == 0);
    ASSERT(posix_spawnattr_init(&attributes) == 0);
    ASSERT(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0);
    ASSERT(posix_spawn_file_actions_adddup2(&actions, output, 1) == 0);
    ASSERT(posix_spawn_file_actions_adddup2(&actions, output, 2) == 0);
    ASSERT(posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0);
    ASSERT(posix_spawn_file_actions_addchdir_np(&actions, "/") == 0);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ASSERT(posix_spawnattr_setsigmask(&attributes, &none) == 0);
    ASSERT(posix_spawnattr_setsigdefault(&attributes, &all) == 0);
    ASSERT(posix_spawnattr_setpgroup(&attributes, 0) == 0);
    constexpr short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    ASSERT(posix_spawnattr_setflags(&attributes, flags) == 0);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Instant steady_now() {
  static const auto since_boot = clock::host_clock().since_boot;
  return since_boot();
}

Result<Child> Child::start(const std::vector<std::string>& argv) {
  if (argv.empty() || argv[0].empty())
    return Error{ErrorKind::malformed, "the command names no program"};
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    return files::last_error("making", "a pipe");
  files::UniqueFd pipe(ends[0]);
  const files::UniqueFd output(ends[1]);
  // The child writes as any program does; only our end must not block.
  ::fcntl(output.get(), F_SETFL, 0);

  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const SpawnSettings settings(output.get());
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, words[0], &settings.actions, &settings.attributes,
                                    words.data(), environ);
  if (failed != 0) {
    errno = failed;
    return files::last_error("starting", argv[0]);
  }
  // By number: the C++ linkage of glibc 2.36's own declaration is missing.
  files::UniqueFd watch(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  Child child(pid, std::move(watch), std::move(pipe));
  if (!child.watch_) return files::last_error("watching", argv[0]);
  return child;
}

Child::Child(pid_t pid, files::UniqueFd watch, files::UniqueFd pipe)
    : pid_(pid), watch_(std::move(watch)), pipe_(std::move(pipe)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      watch_(std::move(other.watch_)),
      pipe_(std::move(other.pipe_)),
      output_(std::move(other.output_)) {}

Child::~Child() {
  if (pid_ > 0) reap();
}

bool Child::wait(Instant until) {
  for (;;) {
    const Duration left = until - steady_now();
    if (left <= Duration{0}) return false;
    std::array<pollfd, 2> fds{pollfd{watch_.get(), POLLIN, 0}, pollfd{pipe_.get(), POLLIN, 0}};
    const int n = ::poll(fds.data(), fds.size(), static_cast<int>(left.value));
    if (n < 0) ASSERT(errno == EINTR || errno == ENOMEM);
    if (n <= 0) continue;
    if (fds[1].revents != 0) collect();
    if (fds[0].revents != 0) return true;
  }
}

void Child::collect() {
  std::array<char, 16384> block;
  const ssize_t n = ::read(pipe_.get(), block.data(), block.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) {  // every writer closed it; without the descriptor poll sleeps again
    pipe_.reset();
    return;
  }
  output_.append(block.data(), static_cast<std::size_t>(n));
  if (output_.size() > kOutputMax) output_.erase(0, output_.size() - kOutputMax);
}

void Child::signal_group(int number) const {
  ASSERT(pid_ > 0);  // until it is reaped, the number cannot belong to anyone else
  ::kill(-pid_, number);
}

int Child::reap() {
  signal_group(SIGKILL);
  int status = 0;
  // A killed process ends; EINTR is the only other answer for a child that was never reaped.
  while (::waitpid(pid_, &status, 0) < 0) ASSERT(errno == EINTR);
  pid_ = -1;
  constexpr int reads_max = 5;  // a pipe holds 64 KiB, four blocks
  for (int i = 0; i < reads_max && pipe_; ++i) collect();
  return status;
}

}  // namespace drydock::checks
