#pragma once
// Logarithms and powers of two in whole numbers, for evidence that is multiplied a million times
// and must come out the same on every machine. A Log2 is in Q24: its value is the logarithm times
// 2^24. Roundings have a stated side: what is called "down" is never above the exact number.
#include <compare>
#include <cstdint>

namespace drydock {

struct Log2 {
  using Rep = std::int64_t;
  std::int64_t value = 0;
  friend constexpr auto operator<=>(Log2, Log2) = default;
};

namespace fixed {

inline constexpr unsigned fraction_bits = 24;
inline constexpr std::uint64_t one = 1u << fraction_bits;  // 1.0 in Q24

// log2(a / b), at most (down) or at least (up) the exact value, and off by less than
// 2^-24 + 2^-54. Both must be above 0.
Log2 log2_down(std::uint64_t a, std::uint64_t b) noexcept;
Log2 log2_up(std::uint64_t a, std::uint64_t b) noexcept;

// 2^x in Q24: never above the exact value, and below it by less than 2^-24 (1 + 2^-30) while x <=
// 0, relatively by less than 2^-54 above. From 2^38 on it stays there; far below 0 it is 0.
std::uint64_t exp2_down(Log2 x) noexcept;

}  // namespace fixed
}  // namespace drydock
