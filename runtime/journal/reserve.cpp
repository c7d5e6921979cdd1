#include "runtime/journal/reserve.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <cerrno>

#include "runtime/files/files.hpp"

namespace drydock::journal {

Status Reserve::ensure() {
  if (bytes_ == 0) return Done{};
  struct stat found {};
  const auto fd = files::open(path_, O_RDWR | O_CREAT);
  if (!fd) return fd.error();
  if (::fstat(fd->get(), &found) != 0) return files::last_error("looking at", path_);
  // Blocks count, not the length: a sparse file would give nothing back.
  if (static_cast<std::uint64_t>(found.st_blocks) * 512 >= bytes_) return Done{};
  struct statvfs disk {};
  if (::fstatvfs(fd->get(), &disk) != 0) return files::last_error("looking at the disk of", path_);
  if (disk.f_bavail * disk.f_frsize < 2 * bytes_) {
    ::unlink(path_.c_str());
    return Error{ErrorKind::no_space,
                 fmt::format("{}: no room for a reserve of {} bytes", path_, bytes_)};
  }
  if (const int code = ::posix_fallocate(fd->get(), 0, static_cast<off_t>(bytes_)); code != 0) {
    ::unlink(path_.c_str());
    errno = code;
    return files::last_error("reserving", path_);
  }
  return files::sync(fd->get(), path_);
}

bool Reserve::release() { return bytes_ != 0 && ::unlink(path_.c_str()) == 0; }

}  // namespace drydock::journal
