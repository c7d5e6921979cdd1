#include "runtime/http/url.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace drydock::http {
namespace {

constexpr std::size_t url_bytes_max = 2048;

Error malformed(std::string_view text, std::string_view why) {
  const std::string shown(text.substr(0, 200));
  return {ErrorKind::malformed, fmt::format("address \"{}\": {}", shown, why)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_host(std::string_view host, bool bracketed) {
  if (host.empty() || host.size() > 253) return false;
  return std::all_of(host.begin(), host.end(), [&](char c) {
    if (bracketed) return is_digit(c) || (is_letter(c) && (c | 32) <= 'f') || c == ':' || c == '.';
    return is_digit(c) || is_letter(c) || c == '.' || c == '-' || c == '_';
  });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return port;
}

struct Authority {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

std::optional<Authority> split_authority(std::string_view text) {
  Authority found;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    found = {text.substr(1, end - 1), std::nullopt, true};
    text.remove_prefix(end + 1);
    if (!text.empty() && text[0] != ':') return std::nullopt;
    if (!text.empty()) found.port = text.substr(1);
  } else {
    const auto colon = text.find(':');
    found.host = text.substr(0, colon);
    if (colon != text.npos) found.port = text.substr(colon + 1);
  }
  if (!is_host(found.host, found.bracketed)) return std::nullopt;
  return found;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string Url::text() const {
  const bool v6 = host.find(':') != host.npos;
  return fmt::format("{}://{}{}{}:{}{}", tls ? "https" : "http", v6 ? "[" : "", host, v6 ? "]" : "",
                     port, path);
}

Result<Url> parse_url(std::string_view text, PlainHttp plain) {
  const auto whole = text;
  if (text.size() > url_bytes_max) return malformed(whole, "longer than 2048 bytes");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c >= 127; }))
    return malformed(whole, "holds a blank or a character that is not plain ASCII; remove it");
  Url url;
  if (text.starts_with("https://")) {
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    if (plain == PlainHttp::refuse)
      return malformed(whole, "plain http is not allowed here; use https://");
    url.tls = false;
    url.port = 80;
    text.remove_prefix(7);
  } else {
    return malformed(whole, "does not begin with https://");
  }
  if (text.find_first_of("?#") != text.npos)
    return malformed(whole, "a base address has no '?' or '#'; remove them and what follows");
  const auto slash = text.find('/');
  if (text.substr(0, slash).find('@') != text.npos)
    return malformed(whole, "a user name has no place here; certificates say who calls");
  const auto authority = split_authority(text.substr(0, slash));
  if (!authority) return malformed(whole, "the host is not a name or an address");
  url.host = authority->host;
  if (authority->port) {
    const auto port = parse_port(*authority->port);
    if (!port || *port == 0) return malformed(whole, "the port is not a number from 1 to 65535");
    url.port = *port;
  }
  if (slash != text.npos) url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  return url;
}

Result<HostPort> parse_host_port(std::string_view text) {
  const auto authority = split_authority(text);
  if (!authority || !authority->port)
    return malformed(text, "expected host:port, such as 127.0.0.1:8443");
  const auto port = parse_port(*authority->port);
  if (!port) return malformed(text, "the port is not a number from 0 to 65535");
  return HostPort{std::string(authority->host), *port};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (text.size() - at < 3) return std::nullopt;
      const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  return decoded;
}

}  // namespace drydock::http
