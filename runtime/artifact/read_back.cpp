#include "runtime/artifact/read_back.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "runtime/artifact/manifest.hpp"
#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::artifact {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t block = 4u << 20;  // bytes; what O_DIRECT reads at once

struct FreeBuffer {
  void operator()(char* buffer) const { std::free(buffer); }
};

// Reads a slot from its start, block by block, past the page cache: O_DIRECT where the filesystem
// takes it, else with the cached pages dropped first.
class DiskReader {
 public:
  explicit DiskReader(int fd)
      : fd_(fd), buffer_(static_cast<char*>(std::aligned_alloc(page, block))) {
    ASSERT(buffer_ != nullptr);
    if (auto direct = files::open(fmt::format("/proc/self/fd/{}", fd), O_RDONLY | O_DIRECT)) {
      direct_ = std::move(*direct);
      if (::pread(direct_.get(), buffer_.get(), page, 0) >= 0) fd_ = direct_.get();
    }
    if (fd_ == fd) ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  }

  // Up to one block at offset; less only at the end of the slot.
  Result<std::string_view> read(std::uint64_t offset) {
    std::size_t filled = 0;
    while (filled < block) {
      const ssize_t n =
          ::pread(fd_, buffer_.get() + filled, block - filled, static_cast<off_t>(offset + filled));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return files::last_error("reading back", "the standby slot");
      filled += static_cast<std::size_t>(n);
      if (n == 0 || filled % page != 0) break;  // O_DIRECT stops unaligned only at the end
    }
    return std::string_view(buffer_.get(), filled);
  }

 private:
  int fd_;
  files::UniqueFd direct_;
  std::unique_ptr<char, FreeBuffer> buffer_;
};

// Feeds take(bytes) the image's bytes from `offset`, `length` of them.
template <class Take>
Status each_block(DiskReader& disk, std::uint64_t offset, std::uint64_t length, Take&& take) {
  while (length > 0) {
    auto bytes = disk.read(offset);
    if (!bytes) return bytes.error();
    if (bytes->empty())
      return Error{ErrorKind::mismatch, fmt::format("the slot ends at byte {}", offset)};
    const auto part = bytes->substr(0, std::min<std::uint64_t>(length, bytes->size()));
    take(part);
    offset += part.size();
    length -= part.size();
  }
  return Done{};
}

// Only after the whole hash failed: which part of the disk, or of the download, is to blame.
Status blame_chunk(DiskReader& disk, const Manifest& manifest) {
  trust::Sha256 hash;
  for (std::uint32_t chunk = 0; chunk < manifest.chunk_sha256.size(); ++chunk) {
    auto read = each_block(disk, chunk_offset(manifest, chunk), chunk_length(manifest, chunk),
                           [&](std::string_view bytes) { hash.update(bytes); });
    if (!read) return read;
    if (hash.finish() != manifest.chunk_sha256[chunk])
      return Error{ErrorKind::mismatch,
                   fmt::format("chunk {} (from byte {}) reads back differently from the signed "
                               "image",
                               chunk, chunk_offset(manifest, chunk))};
  }
  return Error{ErrorKind::mismatch,
               "the slot's chunks match the manifest but the whole does not: the manifest is "
               "inconsistent"};
}

}  // namespace

Status read_back(int fd, const Manifest& manifest) {
  ASSERT(check_manifest(manifest).ok());
  // Dirty pages would hide the disk from us.
  if (::fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS)
    return files::last_error("syncing", "the standby slot");
  DiskReader disk(fd);
  trust::Sha256 hash;
  auto read =
      each_block(disk, 0, manifest.image_size, [&](std::string_view bytes) { hash.update(bytes); });
  if (!read) return read;
  if (hash.finish() == manifest.image_sha256) return Done{};
  return blame_chunk(disk, manifest);
}

}  // namespace drydock::artifact
