#include "runtime/kernel/dice.hpp"

#include "runtime/kernel/assert.hpp"
#include "runtime/kernel/digest.hpp"

namespace drydock {

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> c,
                                           std::array<std::uint32_t, 2> k) noexcept {
  const auto round = [&]() __attribute__((always_inline)) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  };
  // Without a loop: half of its instructions would move numbers between registers.
  round(), round(), round(), round(), round();
  round(), round(), round(), round(), round();
  return c;
}

std::uint64_t Dice::next() noexcept {
  // The counter holds entity and turn whole; the draw number goes into the key beside the seed.
  const std::uint64_t key = mix64(seed_ + 0x9E3779B97F4A7C15 * (std::uint64_t{draw_++} + 1));
  const auto block =
      philox4x32_10({static_cast<std::uint32_t>(entity_), static_cast<std::uint32_t>(entity_ >> 32),
                     static_cast<std::uint32_t>(turn_), static_cast<std::uint32_t>(turn_ >> 32)},
                    {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
  return std::uint64_t{block[1]} << 32 | block[0];
}

std::uint64_t Dice::below(std::uint64_t n) noexcept {
  ASSERT(n != 0);
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{next()} * n) >> 64);
}

}  // namespace drydock
