#include "runtime/config/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace drydock::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array<Unit, 5> kTimes{
    Unit{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr std::array<Unit, 5> kSizes{Unit{"TiB", 1ULL << 40},
                                     {"GiB", 1ULL << 30},
                                     {"MiB", 1ULL << 20},
                                     {"KiB", 1ULL << 10},
                                     {"B", 1}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits, at most one space, one of the units; none when the product does not fit 63 bits.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_whole(text.substr(0, digits));
  text.remove_prefix(digits);
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const Unit& unit : units) {
    if (text != unit.name || !number) continue;
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (*number > largest / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string in_largest_unit(std::uint64_t n, const std::array<Unit, N>& units,
                            std::string_view space) {
  for (const Unit& unit : units)
    if (n % unit.factor == 0 && n != 0)
      return fmt::format("{}{}{}", n / unit.factor, space, unit.name);
  return fmt::format("0{}{}", space, units.back().name);
}

// "12.5" with three places is 12500: a decimal as a whole number of its last place.
std::optional<std::uint64_t> scaled_decimal(std::string_view text, std::size_t places) {
  const auto dot = text.find('.');
  const auto whole = parse_whole(text.substr(0, dot));
  std::string fraction;
  if (dot != text.npos) {
    fraction = text.substr(dot + 1);
    if (fraction.empty() || fraction.size() > places) return std::nullopt;
    if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
  }
  fraction.resize(places, '0');
  if (!whole || *whole > 1'000'000) return std::nullopt;
  return parse_whole(std::to_string(*whole) + fraction);
}

bool is_host(std::string_view host, bool bracketed) {
  const auto fits = [bracketed](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
  };
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), fits);
}

}  // namespace

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

std::optional<std::uint64_t> parse_whole(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto n = with_unit(text, kTimes);
  if (!n) return std::nullopt;
  return Duration{static_cast<std::int64_t>(*n)};
}

std::optional<Bytes> parse_bytes(std::string_view text) {
  const auto n = with_unit(text, kSizes);
  if (!n) return std::nullopt;
  return Bytes{*n};
}

std::optional<Permille> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  const auto n = scaled_decimal(text, 1);
  if (!n || *n > 1000) return std::nullopt;
  return Permille{static_cast<std::uint32_t>(*n)};
}

std::optional<Permille> parse_factor(std::string_view text) {
  const auto n = scaled_decimal(text, 3);
  if (!n || *n > 4'000'000) return std::nullopt;
  return Permille{static_cast<std::uint32_t>(*n)};
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = parse_whole(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port || *port > 65'535 || !is_host(host, bracketed)) return std::nullopt;
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string text_of(Duration duration) {
  const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.value, 0));
  return in_largest_unit(length, kTimes, "");
}

std::string text_of(Bytes bytes) { return in_largest_unit(bytes.value, kSizes, " "); }

std::string text_of(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
            : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

}  // namespace drydock::config
