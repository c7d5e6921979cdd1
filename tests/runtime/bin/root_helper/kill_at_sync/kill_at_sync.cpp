// Preloaded into a program under test: KILL_AT_SYNC="<n>:before" or "<n>:after" ends it by SIGKILL
// at its n-th fsync or fdatasync. Never linked into a product.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> synced{0};

int sync_or_die(const char* name, int fd) {
  static const char* const plan = std::getenv("KILL_AT_SYNC");
  const bool now = plan != nullptr && ++synced == std::atol(plan);
  const bool before = now && std::strstr(plan, ":before") != nullptr;
  if (before) ::kill(::getpid(), SIGKILL);
  const auto real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, name));
  const int said = real(fd);
  if (now) ::kill(::getpid(), SIGKILL);
  return said;
}

}  // namespace

extern "C" int fsync(int fd) { return sync_or_die("fsync", fd); }
extern "C" int fdatasync(int fd) { return sync_or_die("fdatasync", fd); }
