#include "runtime/http/file_reply.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace drydock::http {

Result<std::unique_ptr<FileReply>> FileReply::open(const FileBody& body, std::string_view range,
                                                   std::string_view if_range) {
  // O_NONBLOCK: a FIFO in the folder must not hold up a server thread.
  auto fd = files::open(body.path, O_RDONLY | O_NONBLOCK);
  if (!fd) return fd.error();
  struct stat info {};
  if (::fstat(fd->get(), &info) != 0) return files::last_error("looking at", body.path);
  if (!S_ISREG(info.st_mode))
    return Error{ErrorKind::not_found, fmt::format("{} is not a regular file", body.path)};
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const Span span = choose_span(range, if_range, body.etag, size);
  ::posix_fadvise(fd->get(), static_cast<off_t>(span.first), static_cast<off_t>(span.length),
                  POSIX_FADV_SEQUENTIAL);
  return std::make_unique<FileReply>(std::move(*fd), size, span, body.bytes_per_second_max);
}

std::string FileReply::content_range() const {
  if (span.status == 416) return fmt::format("bytes */{}", size);
  return fmt::format("bytes {}-{}/{}", span.first, span.first + span.length - 1, size);
}

Result<std::size_t> FileReply::next_block(char* into, std::size_t space) const {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(space, remaining()));
  for (;;) {
    const ssize_t n = ::pread(fd.get(), into, length, static_cast<off_t>(span.first + sent));
    if (n > 0) return static_cast<std::size_t>(n);
    if (n == 0) return Error{ErrorKind::mismatch, "the file became shorter while it was sent"};
    if (errno != EINTR) return files::last_error("reading", "a file body");
  }
}

}  // namespace drydock::http
