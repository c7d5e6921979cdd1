#include "runtime/boot/disks/sector_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "runtime/boot/boot_state.hpp"
#include "runtime/boot/disks/past_cache.hpp"
#include "runtime/files/files.hpp"

namespace drydock::boot {
namespace {

constexpr unsigned mode = 0644;

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

// The order that leaves old or new bytes on FAT: the file is synced again after the rename, since
// syncing the folder does not write the renamed entry's first cluster.
Status recreate(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".new";
  auto fd = files::open(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!fd) return fd.error();
  if (auto s = files::write_all(fd->get(), bytes, temporary); !s) return s;
  if (auto s = files::sync(fd->get(), temporary); !s) return s;
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    return files::last_error("renaming", temporary);
  if (auto s = files::sync(fd->get(), path); !s) return s;
  return files::sync_folder(folder_of(path));
}

}  // namespace

Result<std::string> read_sector(const std::string& path) {
  auto fd = files::open(path, O_RDONLY);
  if (!fd) return fd.error();
  auto bytes = files::read_at(fd->get(), block_size + 1, 0, path);
  if (bytes && bytes->size() != block_size)
    return Error{ErrorKind::malformed,
                 fmt::format("{} is {} than {} bytes", path,
                             bytes->size() < block_size ? "shorter" : "longer", block_size)};
  return bytes;
}

Status write_sector(const std::string& path, std::string_view bytes) {
  ASSERT(bytes.size() == block_size);
  struct stat about {};
  const bool in_place = ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
                        about.st_size == static_cast<off_t>(block_size);
  if (!in_place) {
    if (auto s = recreate(path, bytes); !s) return s;
  } else {
    auto fd = files::open(path, O_WRONLY);
    if (!fd) return fd.error();
    if (auto s = files::write_at(fd->get(), bytes, 0, path); !s) return s;
    if (::fdatasync(fd->get()) != 0) return files::last_error("syncing", path);
  }
  auto back = read_past_cache(path, block_size + 1);
  if (!back) return back.error().in("reading back");
  if (*back != bytes)
    return Error{ErrorKind::mismatch,
                 fmt::format("{} reads back differently from what was written", path)};
  return Done{};
}

}  // namespace drydock::boot
