#include "runtime/files/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace drydock::files {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Error last_error(std::string_view what, std::string_view path) {
  const int code = errno;
  const auto kind = code == ENOSPC || code == EDQUOT || code == EFBIG ? ErrorKind::no_space
                    : code == ENOENT                                  ? ErrorKind::not_found
                    : code == EACCES || code == EPERM                 ? ErrorKind::refused
                                                                      : ErrorKind::io;
  return {kind, fmt::format("{} {}: {}", what, path, std::strerror(code))};
}

Result<UniqueFd> open(const std::string& path, int flags, unsigned mode) {
  UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) return last_error("opening", path);
  return fd;
}

Result<std::string> read(const std::string& path, std::size_t limit) {
  auto fd = open(path, O_RDONLY);
  if (!fd) return fd.error();
  auto bytes = read_at(fd->get(), limit + 1, 0, path);
  if (bytes && bytes->size() > limit)
    return Error{ErrorKind::no_space, fmt::format("{} is larger than {} bytes", path, limit)};
  return bytes;
}

Status write_all(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error("writing", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return Done{};
}

Result<std::string> read_at(int fd, std::size_t length, std::uint64_t offset,
                            std::string_view path) {
  constexpr std::size_t step = 1 << 16;  // grows with what is really there, not with the limit
  std::string bytes;
  while (bytes.size() < length) {
    const std::size_t old = bytes.size();
    bytes.resize(std::min(length, old + step));
    const ssize_t n =
        ::pread(fd, bytes.data() + old, bytes.size() - old, static_cast<off_t>(offset + old));
    if (n < 0 && errno == EINTR) {
      bytes.resize(old);
      continue;
    }
    if (n < 0) return last_error("reading", path);
    bytes.resize(old + static_cast<std::size_t>(n));
    if (n == 0) break;
  }
  return bytes;
}

Status write_at(int fd, std::string_view bytes, std::uint64_t offset, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error("writing", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return Done{};
}

Status sync(int fd, std::string_view path) {
  if (::fsync(fd) != 0) return last_error("syncing", path);
  return Done{};
}

Status sync_folder(const std::string& folder) {
  auto fd = open(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  return sync(fd->get(), folder);
}

namespace {
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}
}  // namespace

Status replace_durably(const std::string& path, std::string_view bytes, unsigned mode) {
  const std::string temporary = path + ".new";
  {
    ::unlink(temporary.c_str());  // a leftover may have a wider mode than is asked for now
    auto fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (!fd) return fd.error();
    if (auto s = write_all(fd->get(), bytes, temporary); !s) {
      ::unlink(temporary.c_str());
      return s;
    }
    if (auto s = sync(fd->get(), temporary); !s) return s;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return last_error("renaming", temporary);
  return sync_folder(folder_of(path));
}

Status make_folders(const std::string& path, unsigned mode) {
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), mode) != 0 && errno != EEXIST) return last_error("making", part);
  }
  struct stat made {};
  if (::stat(path.c_str(), &made) != 0) return last_error("making", path);
  if (!S_ISDIR(made.st_mode))
    return Error{ErrorKind::io, fmt::format("making {}: a file of that name is in the way", path)};
  return Done{};
}

}  // namespace drydock::files
