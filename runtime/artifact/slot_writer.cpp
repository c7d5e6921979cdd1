#include "runtime/artifact/slot_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "runtime/artifact/manifest.hpp"
#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::artifact {
namespace {
constexpr std::size_t page = 4096;
}

SlotWriter::SlotWriter(int fd, Manifest manifest, std::uint32_t start_chunk, OnChunk on_chunk)
    : fd_(fd),
      manifest_(std::move(manifest)),
      chunk_(start_chunk),
      buffer_(static_cast<char*>(std::aligned_alloc(page, manifest_.chunk_size))),
      on_chunk_(std::move(on_chunk)) {
  ASSERT(check_manifest(manifest_).ok() && buffer_ && on_chunk_);
  ASSERT(start_chunk <= manifest_.chunk_sha256.size());
}

std::uint64_t SlotWriter::offset() const {
  return whole() ? manifest_.image_size : chunk_offset(manifest_, chunk_) + filled_;
}

Status SlotWriter::take(std::string_view bytes) {
  if (broken_) return *broken_;
  while (!bytes.empty()) {
    if (whole())
      return Error{
          ErrorKind::mismatch,
          fmt::format("more bytes arrive than the {} the manifest promises", manifest_.image_size)};
    const std::uint32_t length = chunk_length(manifest_, chunk_);
    const auto piece = bytes.substr(0, length - filled_);
    std::memcpy(buffer_.get() + filled_, piece.data(), piece.size());
    hash_.update(piece);  // while the bytes are still warm
    filled_ += static_cast<std::uint32_t>(piece.size());
    bytes.remove_prefix(piece.size());
    if (filled_ < length) continue;
    if (auto s = close_chunk(); !s) return s;
  }
  return Done{};
}

Status SlotWriter::close_chunk() {
  const std::string_view bytes(buffer_.get(), filled_);
  filled_ = 0;
  if (hash_.finish() != manifest_.chunk_sha256[chunk_])
    return Error{ErrorKind::mismatch,
                 fmt::format("chunk {} (from byte {}) does not have the signed hash; it was not "
                             "written, fetch it again",
                             chunk_, chunk_offset(manifest_, chunk_))};
  const auto at = static_cast<off_t>(chunk_offset(manifest_, chunk_));
  Status written = files::write_at(fd_, bytes, static_cast<std::uint64_t>(at), "the standby slot");
  if (written && ::fdatasync(fd_) != 0) written = files::last_error("syncing", "the standby slot");
  if (!written) {
    broken_ = written.error();
    return written;
  }
  // Nobody reads these pages again before the read-back, which wants the disk's bytes.
  ::posix_fadvise(fd_, at, static_cast<off_t>(bytes.size()), POSIX_FADV_DONTNEED);
  on_chunk_(chunk_++);
  return Done{};
}

Status SlotWriter::finish() const {
  if (broken_) return *broken_;
  if (whole()) return Done{};
  return Error{ErrorKind::mismatch,
               fmt::format("the image ends at byte {} of {}", offset(), manifest_.image_size)};
}

}  // namespace drydock::artifact
