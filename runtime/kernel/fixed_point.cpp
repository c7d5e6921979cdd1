#include "runtime/kernel/fixed_point.hpp"

#include <array>

#include "runtime/kernel/assert.hpp"

namespace drydock::fixed {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr unsigned log_bits = 56;    // of the fraction of a logarithm, before it is rounded to Q24
constexpr unsigned power_bits = 62;  // of the fraction of a power in [1, 2)

// log2(x) in Q56: squaring the mantissa doubles the logarithm, and each doubling shows its next
// bit. Every product is cut off below, so the result is never above the exact one; all the cuts
// together weigh less than 2^-61, so it is less than 2 units below.
constexpr std::int64_t log2_q56(std::uint64_t x) {
  const auto zeros = static_cast<unsigned>(__builtin_clzll(x));
  std::uint64_t mantissa = x << zeros;  // in [1, 2), 63 bits of fraction
  std::int64_t result = 63 - static_cast<std::int64_t>(zeros);
  for (unsigned bit = 0; bit < log_bits; ++bit) {
    const Wide square = Wide{mantissa} * mantissa;
    const bool above_two = (square >> 127) != 0;
    mantissa = static_cast<std::uint64_t>(square >> (above_two ? 64 : 63));
    result = result * 2 + (above_two ? 1 : 0);
  }
  return result;
}
constexpr std::int64_t log2_slack = 2;

constexpr std::uint64_t root_down(Wide x) {
  Wide low = 0, high = Wide{1} << 63;  // low^2 <= x < high^2
  while (high - low > 1) {
    const Wide middle = (low + high) / 2;
    (middle * middle <= x ? low : high) = middle;
  }
  return static_cast<std::uint64_t>(low);
}

constexpr std::uint64_t times_down(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>((Wide{a} * b) >> power_bits);
}

// power_of[b][i] = 2^(i / 2^(8 (b + 1))): one table for each byte of the fraction, high byte first.
struct Powers {
  std::array<std::array<std::uint64_t, 256>, 3> of{};
  constexpr Powers() {
    std::uint64_t root = std::uint64_t{2} << power_bits;  // 2^(2^-n) for n = 0, 1, 2, ...
    for (auto& table : of) {
      std::array<std::uint64_t, 8> roots{};
      for (std::uint64_t& each : roots) each = root = root_down(Wide{root} << power_bits);
      for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = std::uint64_t{1} << power_bits;
        for (std::size_t bit = 0; bit < 8; ++bit)
          if ((i >> (7 - bit)) & 1) table[i] = times_down(table[i], roots[bit]);
      }
    }
  }
};
constexpr Powers powers;

constexpr unsigned dropped_bits = log_bits - fraction_bits;

}  // namespace

Log2 log2_down(std::uint64_t a, std::uint64_t b) noexcept {
  ASSERT(a > 0 && b > 0);
  return {(log2_q56(a) - log2_q56(b) - log2_slack) >> dropped_bits};
}

Log2 log2_up(std::uint64_t a, std::uint64_t b) noexcept { return {-log2_down(b, a).value}; }

std::uint64_t exp2_down(Log2 x) noexcept {
  constexpr std::int64_t highest = power_bits - fraction_bits;
  const std::int64_t whole = x.value >> fraction_bits;
  if (whole >= highest) return std::uint64_t{1} << power_bits;
  if (whole < -static_cast<std::int64_t>(fraction_bits)) return 0;
  const auto fraction = static_cast<std::uint64_t>(x.value) & (one - 1);
  const std::uint64_t power =
      times_down(times_down(powers.of[0][fraction >> 16], powers.of[1][(fraction >> 8) & 255]),
                 powers.of[2][fraction & 255]);
  return power >> (highest - whole);
}

}  // namespace drydock::fixed
