#include "runtime/http/range.hpp"

#include <charconv>
#include <optional>

namespace drydock::http {
namespace {
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool same_etag(std::string_view quoted, std::string_view etag) {
  return !etag.empty() && quoted.size() == etag.size() + 2 && quoted.front() == '"' &&
         quoted.back() == '"' && quoted.substr(1, etag.size()) == etag;
}
}  // namespace

Span choose_span(std::string_view range, std::string_view if_range, std::string_view etag,
                 std::uint64_t size) {
  const Span whole{200, 0, size};
  if (!range.starts_with("bytes=")) return whole;
  if (!if_range.empty() && !same_etag(if_range, etag)) return whole;
  range.remove_prefix(6);
  const auto dash = range.find('-');
  if (dash == range.npos) return whole;
  const auto first = number(range.substr(0, dash));
  const auto last_text = range.substr(dash + 1);
  const auto last = number(last_text);
  if (!first || (!last && !last_text.empty())) return whole;
  if (last && *last < *first) return whole;
  if (*first >= size) return {416, 0, 0};
  const std::uint64_t end = last && *last < size ? *last + 1 : size;
  return {206, *first, end - *first};
}

}  // namespace drydock::http
