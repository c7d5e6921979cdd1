#include "runtime/artifact/image_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "runtime/artifact/slot_content.hpp"

namespace drydock::artifact {
namespace {

bool is_called_iso(const std::string& path) {
  std::string end = path.substr(path.size() - std::min<std::size_t>(path.size(), 4));
  for (char& c : end)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return end == ".iso";
}

}  // namespace

Result<ImageFile> ImageFile::open(const std::string& path) {
  auto fd = files::open(path, O_RDONLY);
  if (!fd) return fd.error();
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return files::last_error("stat", path);
  ImageFile file;
  file.path_ = path;
  file.fd_ = std::move(*fd);
  if (auto found = file.locate(static_cast<std::uint64_t>(info.st_size)); !found)
    return found.error();
  ::posix_fadvise(file.fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  const auto begin = file.read(content_bytes, 0);
  if (!begin) return begin.error();
  auto content = slot_content(*begin, file.name());
  if (!content) return content.error();
  file.content_ = std::move(*content);
  return file;
}

Status ImageFile::locate(std::uint64_t file_size) {
  const auto begin = files::read_at(fd_.get(), iso_sector, iso_begin, path_);
  if (!begin) return begin.error();
  on_iso_ = is_iso_descriptor(*begin);
  if (!on_iso_ && is_called_iso(path_))
    return Error{ErrorKind::malformed,
                 fmt::format("{} is called an ISO, and has no ISO 9660 volume at byte {} of {}: "
                             "build or copy it again, or give the raw slot image another name",
                             path_, iso_begin, file_size)};
  if (!on_iso_) {
    extents_ = {{0, file_size}};
  } else {
    auto found = find_in_iso(fd_.get(), file_size, slot_image_on_iso, path_);
    if (!found) return found.error();
    extents_ = std::move(*found);
  }
  for (const Extent& extent : extents_) size_ += extent.length;
  return Done{};
}

Result<std::string> ImageFile::read(std::size_t length, std::uint64_t offset) const {
  std::string bytes;
  for (const Extent& extent : extents_) {
    if (offset >= extent.length) {
      offset -= extent.length;
      continue;
    }
    const auto wanted = std::min<std::uint64_t>(length - bytes.size(), extent.length - offset);
    auto part = files::read_at(fd_.get(), wanted, extent.offset + offset, path_);
    if (!part) return part;
    const bool whole = part->size() == wanted;
    bytes += *part;
    // A file that shrinks while it is read ends early, like any other.
    if (!whole || bytes.size() == length) break;
    offset = 0;
  }
  return bytes;
}

std::string ImageFile::name() const {
  return on_iso_ ? fmt::format("/{} of {}", slot_image_on_iso, path_) : path_;
}

}  // namespace drydock::artifact
