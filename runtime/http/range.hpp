#pragma once
// Which bytes of a file a request gets (RFC 9110, 13.1.5 and 14.2): one range or the whole.
#include <cstdint>
#include <string_view>

namespace drydock::http {

struct Span {
  unsigned status = 200;  // 200 the whole, 206 a part, 416 nothing: the range begins past the end
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

// range and if_range are the header values or empty. Forms other than "bytes=a-" and "bytes=a-b"
// are ignored, as the RFC allows, and so is the range when if_range is not exactly "\"etag\"".
Span choose_span(std::string_view range, std::string_view if_range, std::string_view etag,
                 std::uint64_t size);

}  // namespace drydock::http
