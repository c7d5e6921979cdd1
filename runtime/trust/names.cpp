#include "runtime/trust/names.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace drydock::trust {

namespace {

// Not std::isalnum: the locale must not decide what an identity may look like.
bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t shown_max = 64;
  std::string safe(text.substr(0, shown_max));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

Status check_name(std::string_view what, std::string_view value) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  };
  const bool good = !value.empty() && value.size() <= name_length_max &&
                    is_letter_or_digit(value.front()) &&
                    std::all_of(value.begin(), value.end(), allowed);
  if (good) return Done{};
  return Error{ErrorKind::malformed,
               fmt::format("{} '{}' is not a name: use 1 to {} letters, digits, '.', '_' or '-', "
                           "beginning with a letter or digit",
                           what, printable(value), name_length_max)};
}

Status check_host_name(std::string_view value) {
  const std::string_view body = value.starts_with("*.") ? value.substr(2) : value;
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; };
  const bool good = !body.empty() && value.size() <= host_name_length_max &&
                    is_letter_or_digit(body.front()) && is_letter_or_digit(body.back()) &&
                    std::all_of(body.begin(), body.end(), allowed);
  if (good) return Done{};
  return Error{
      ErrorKind::malformed,
      fmt::format("'{}' is not a host name: use letters, digits, '.' and '-'", printable(value))};
}

Result<ApplianceId> parse_appliance_id(std::string_view text) {
  ApplianceId id;
  if (read_hex(text, id.value) && id) return id;
  return Error{ErrorKind::malformed,
               fmt::format("'{}' is not an appliance id: 16 lower-case hex digits, not all zero",
                           printable(text))};
}

}  // namespace drydock::trust
