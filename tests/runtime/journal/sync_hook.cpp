// The test program's own fsync and fdatasync: RocksDB is linked statically and finds these first.
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <string_view>

#include "tests/runtime/journal/support.hpp"

namespace drydock::journal::sync_hook {
std::atomic<std::uint64_t> log_syncs = 0;
std::atomic<int> fail_log_syncs_with = 0;

namespace {
bool is_log(int fd) {
  char target[4096];
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  const std::string_view name(target, length > 0 ? static_cast<std::size_t>(length) : 0);
  return name.size() > 4 && name.substr(name.size() - 4) == ".log";
}

int pass_on(long call, int fd) {
  if (is_log(fd)) {
    ++log_syncs;
    if (const int code = fail_log_syncs_with; code != 0) {
      errno = code;
      return -1;
    }
  }
  return static_cast<int>(::syscall(call, fd));
}
}  // namespace
}  // namespace drydock::journal::sync_hook

extern "C" int fsync(int fd) { return drydock::journal::sync_hook::pass_on(SYS_fsync, fd); }
extern "C" int fdatasync(int fd) { return drydock::journal::sync_hook::pass_on(SYS_fdatasync, fd); }
