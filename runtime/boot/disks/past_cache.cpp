#include "runtime/boot/disks/past_cache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "runtime/files/files.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t alignment = 4096;  // of O_DIRECT: what the largest sectors want

struct Free {
  void operator()(char* bytes) const { std::free(bytes); }
};

// Empty where the filesystem takes no O_DIRECT.
std::string read_directly(const std::string& path, std::size_t limit) {
  const auto fd = files::open(path, O_RDONLY | O_DIRECT);
  const std::size_t room = (limit + alignment - 1) / alignment * alignment;
  const std::unique_ptr<char, Free> bytes(
      fd ? static_cast<char*>(std::aligned_alloc(alignment, room)) : nullptr);
  if (!bytes) return {};
  std::size_t have = 0;
  while (have < room) {
    const ssize_t n = ::pread(fd->get(), bytes.get() + have, room - have, static_cast<off_t>(have));
    if (n < 0) return {};
    have += static_cast<std::size_t>(n);
    if (n == 0 || have % alignment != 0) break;  // the end of the file
  }
  return std::string(bytes.get(), std::min(have, limit));
}

}  // namespace

Result<std::string> read_past_cache(const std::string& path, std::size_t limit) {
  if (auto bytes = read_directly(path, limit); !bytes.empty()) return bytes;
  auto fd = files::open(path, O_RDONLY);
  if (!fd) return fd.error();
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_DONTNEED);
  return files::read_at(fd->get(), limit, 0, path);
}

}  // namespace drydock::boot
