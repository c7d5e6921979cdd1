#pragma once
// Addresses as people write them, refused with a sentence that says what to change.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::http {

enum class PlainHttp { refuse, allow };

struct Url {
  bool tls = true;
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 443;
  std::string path;  // a prefix without a last '/', or empty

  std::string text() const;  // "https://host:port/prefix"
};

// A base address: scheme, host, and perhaps port and path prefix. User information, query and
// fragment are refused; so is http:// unless it is allowed.
Result<Url> parse_url(std::string_view text, PlainHttp plain);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
// Where a server listens: "127.0.0.1:8443", "[::1]:0". Port 0 lets the system choose.
Result<HostPort> parse_host_port(std::string_view text);

// Nothing when a '%' is not followed by two hex digits, or the text decodes to a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace drydock::http
