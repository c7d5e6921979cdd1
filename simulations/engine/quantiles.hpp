#pragma once
// A time that varies, as its quantiles: evenly spaced, from the shortest to the longest, with
// straight lines between them. Integers only, so that a draw is the same on every machine.
#include <array>
#include <initializer_list>

#include "runtime/kernel/assert.hpp"
#include "runtime/kernel/dice.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock::sim {

class Quantiles {
 public:
  static constexpr std::size_t points_max = 33;

  constexpr Quantiles(Duration always) { points_[0] = always; }  // NOLINT: a time may vary
  // At least one point, none shorter than the one before.
  constexpr Quantiles(std::initializer_list<Duration> points) {
    ASSERT(points.size() > 0 && points.size() <= points_max);
    count_ = 0;
    for (const Duration point : points) add(point);
  }
  static constexpr Quantiles none() {
    Quantiles empty{Duration{}};
    empty.count_ = 0;
    return empty;
  }
  constexpr void add(Duration point) {
    ASSERT(count_ < points_max && (count_ == 0 || points_[count_ - 1] <= point));
    points_[count_++] = point;
  }

  constexpr std::size_t count() const { return count_; }
  constexpr bool varies() const { return count_ > 1; }
  constexpr Duration least() const { return points_[0]; }
  constexpr Duration most() const { return points_[count_ - 1]; }
  constexpr Duration middle() const { return points_[count_ / 2]; }

  // One draw of `dice`; none when the time does not vary.
  Duration draw(Dice dice) const {
    if (!varies()) return points_[0];
    constexpr unsigned fraction_bits = 16;
    const std::uint64_t drawn = dice.below(static_cast<std::uint64_t>(count_ - 1) << fraction_bits);
    const std::size_t i = static_cast<std::size_t>(drawn >> fraction_bits);
    const auto fraction = static_cast<std::int64_t>(drawn & ((1U << fraction_bits) - 1));
    const std::int64_t step = points_[i + 1].value - points_[i].value;
    return {points_[i].value + (step * fraction >> fraction_bits)};
  }

 private:
  std::array<Duration, points_max> points_{};
  std::size_t count_ = 1;
};

}  // namespace drydock::sim
