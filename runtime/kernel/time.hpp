#pragma once
// Times as strong types. All are whole milliseconds; none of them can be read from a clock here.
// Sums stop at the ends of 64 bits: a step is total, so a time from outside may not overflow it.
#include <compare>
#include <cstdint>

namespace drydock {

namespace saturating {
constexpr std::int64_t end(bool negative) { return negative ? INT64_MIN : INT64_MAX; }
constexpr std::int64_t add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? end(a < 0) : sum;
}
constexpr std::int64_t subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  return __builtin_sub_overflow(a, b, &difference) ? end(a < 0) : difference;
}
constexpr std::int64_t multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? end((a < 0) != (b < 0)) : product;
}
}  // namespace saturating

struct Duration {  // a span; may be negative only as the result of a subtraction
  using Rep = std::int64_t;
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Duration, Duration) = default;
};
constexpr Duration milliseconds(std::int64_t n) { return {n}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1000}; }
constexpr Duration minutes(std::int64_t n) { return {n * 60'000}; }
constexpr Duration hours(std::int64_t n) { return {n * 3'600'000}; }
constexpr Duration operator+(Duration a, Duration b) { return {saturating::add(a.value, b.value)}; }
constexpr Duration operator*(Duration a, std::int64_t n) {
  return {saturating::multiply(a.value, n)};
}

// A duration in 32 bits, for states of which a simulation keeps millions: at most 49 days, and what
// is longer or negative stops at the ends.
struct Span {
  using Rep = std::uint32_t;
  std::uint32_t value = 0;
  constexpr Span() = default;
  constexpr explicit Span(Rep milliseconds) : value(milliseconds) {}
  constexpr Span(Duration d)
      : value(d.value < 0            ? 0
              : d.value > UINT32_MAX ? UINT32_MAX
                                     : static_cast<std::uint32_t>(d.value)) {}
  constexpr operator Duration() const { return {static_cast<std::int64_t>(value)}; }
  friend constexpr bool operator==(Span a, Span b) { return a.value == b.value; }
};

struct Instant {  // boot time on a persisted base; never goes back, not even over a reboot
  using Rep = std::int64_t;
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
};
constexpr Instant operator+(Instant t, Duration d) { return {saturating::add(t.value, d.value)}; }
constexpr Duration operator-(Instant a, Instant b) {
  return {saturating::subtract(a.value, b.value)};
}

struct WallTime {  // UTC since 1970 as the host believes it; may jump. 0 means not stated.
  using Rep = std::int64_t;
  std::int64_t value = 0;
  friend constexpr auto operator<=>(WallTime, WallTime) = default;
};
constexpr WallTime operator+(WallTime t, Duration d) { return {saturating::add(t.value, d.value)}; }
constexpr Duration operator-(WallTime a, WallTime b) {
  return {saturating::subtract(a.value, b.value)};
}

// How far the wall clock may be believed. Windows and expiries need at least plausible.
enum class WallTrust : std::uint8_t { unset = 0, plausible = 1, synchronised = 2 };

}  // namespace drydock
