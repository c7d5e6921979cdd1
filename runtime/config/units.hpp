#pragma once
// Sizes, spans, shares and addresses as a person writes them, in YAML, flags and the environment.
// Each parser takes the whole text or nothing; numbers are decimal and unsigned. Pure, any thread.
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/kernel/time.hpp"

namespace drydock::config {

struct Bytes {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Bytes, Bytes) = default;
};
constexpr Bytes kibibytes(std::uint64_t n) { return {n << 10}; }
constexpr Bytes mebibytes(std::uint64_t n) { return {n << 20}; }
constexpr Bytes gibibytes(std::uint64_t n) { return {n << 30}; }

struct Permille {  // thousandths: a share from 0 to 1000, or a factor where 1000 is 1
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(Permille, Permille) = default;
};

struct Endpoint {    // where to listen or connect
  std::string host;  // a name or an address; of an IPv6 address without its brackets
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// The accepted forms, for messages.
inline constexpr std::string_view kDurationForm =
    "a whole number with a unit: ms, s, m, h or d, such as 90s or 24h";
inline constexpr std::string_view kBytesForm =
    "a whole number with a unit: B, KiB, MiB, GiB or TiB, such as 64 MiB";
inline constexpr std::string_view kShareForm = "a share with at most one decimal, such as 90%";
inline constexpr std::string_view kFactorForm =
    "a factor with at most three decimals, such as 2 or 1.5";
inline constexpr std::string_view kEndpointForm =
    "host:port with a port from 0 to 65535, such as 127.0.0.1:8000 or [::1]:8000";

// A name of a site, client, check or rule: 1 to 64 of letters, digits and "-_.".
bool is_name(std::string_view text);
inline constexpr std::string_view kNameForm =
    "1 to 64 letters, digits, dashes, underscores and dots";

std::optional<std::uint64_t> parse_whole(std::string_view text);
std::optional<Duration> parse_duration(std::string_view text);
std::optional<Bytes> parse_bytes(std::string_view text);
std::optional<Permille> parse_share(std::string_view text);   // at most 1000
std::optional<Permille> parse_factor(std::string_view text);  // at most 4,000,000
std::optional<Endpoint> parse_endpoint(std::string_view text);

// The other way, in the largest unit that keeps it whole: "90s", "64 MiB".
std::string text_of(Duration duration);
std::string text_of(Bytes bytes);
std::string text_of(const Endpoint& endpoint);

}  // namespace drydock::config
