#pragma once
// The small part of POSIX files that several rooms share: owned descriptors, whole reads with a
// limit, whole writes, and the durable replacement of a small file on a journaling filesystem
// (ext4; never on FAT, where runtime/boot overwrites in place).
// Every function is safe from any thread and blocks its caller.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::files {

class UniqueFd {  // owns one descriptor; -1 is empty
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }
  int get() const { return fd_; }
  int release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void reset(int fd = -1);
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// An Error for the current errno: "what: path: No such file or directory".
Error last_error(std::string_view what, std::string_view path);

// flags and mode as in open(2); O_CLOEXEC is always added.
Result<UniqueFd> open(const std::string& path, int flags, unsigned mode = 0600);
// The whole file; refused (no_space) when it is larger than limit bytes.
Result<std::string> read(const std::string& path, std::size_t limit);
Status write_all(int fd, std::string_view bytes, std::string_view path);
// At most length bytes at offset; shorter only at the end of the file.
Result<std::string> read_at(int fd, std::size_t length, std::uint64_t offset,
                            std::string_view path);
Status write_at(int fd, std::string_view bytes, std::uint64_t offset, std::string_view path);
Status sync(int fd, std::string_view path);
Status sync_folder(const std::string& folder);
// After a cut the file holds all old or all new bytes: temporary, fsync, rename, fsync of the
// folder.
Status replace_durably(const std::string& path, std::string_view bytes, unsigned mode = 0600);
Status make_folders(const std::string& path, unsigned mode = 0700);

}  // namespace drydock::files
