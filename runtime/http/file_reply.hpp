#pragma once
// An open file on its way to a peer: which part, how far, how fast.
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/files/files.hpp"
#include "runtime/http/message.hpp"
#include "runtime/http/pacer.hpp"
#include "runtime/http/range.hpp"

namespace drydock::http {

struct FileReply {
  FileReply(files::UniqueFd f, std::uint64_t s, Span p, std::uint64_t rate)
      : fd(std::move(f)), size(s), span(p), pacer(rate) {}

  // not_found when the path is missing or no regular file.
  static Result<std::unique_ptr<FileReply>> open(const FileBody& body, std::string_view range,
                                                 std::string_view if_range);
  // "bytes 5-9/10", or "bytes */10" for a range past the end.
  std::string content_range() const;
  // The next at most `space` bytes into `into`; an error when the file has become shorter.
  Result<std::size_t> next_block(char* into, std::size_t space) const;
  std::uint64_t remaining() const { return span.length - sent; }

  files::UniqueFd fd;
  std::uint64_t size;
  Span span;
  std::uint64_t sent = 0;
  Pacer pacer;
};

}  // namespace drydock::http
