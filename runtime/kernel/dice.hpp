#pragma once
// Dice: the only door for chance. A draw is a pure function of (seed, entity, turn, draw number),
// so removing one appliance or one fault never shifts anybody else's draws.
// Generator: Philox4x32-10, Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC'11.
#include <array>
#include <cstdint>

namespace drydock {

// One block of Philox4x32-10 for a 128-bit counter and a 64-bit key.
std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) noexcept;

class Dice {
 public:
  constexpr Dice() = default;
  constexpr Dice(std::uint64_t seed, std::uint64_t entity, std::uint64_t turn)
      : seed_(seed), entity_(entity), turn_(turn) {}

  std::uint64_t next() noexcept;
  // Uniform in [0, n); n must not be 0. Multiply-shift: the bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) noexcept;

 private:
  std::uint64_t seed_ = 0, entity_ = 0, turn_ = 0;
  std::uint32_t draw_ = 0;
};

}  // namespace drydock
