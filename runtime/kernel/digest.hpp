#pragma once
// A 64-bit digest over numbers in a stated order: what shells, builds and replays compare.
// It finds differences; it is no defence against an adversary (the journal's evidence chain is).
#include <cstddef>
#include <cstdint>

namespace drydock {

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): a bijection that spreads every bit.
constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}
// The number that mix64 makes `x` of: its steps taken back, with the inverses modulo 2^64.
constexpr std::uint64_t unmix64(std::uint64_t x) noexcept {
  x = (x ^ (x >> 31) ^ (x >> 62)) * 0x319642B2D24D8EC3;
  x = (x ^ (x >> 27) ^ (x >> 54)) * 0x96DE1B173F119089;
  return x ^ (x >> 30) ^ (x >> 60);
}

class Digest {
 public:
  constexpr Digest() = default;
  constexpr explicit Digest(std::uint64_t start) : value_(start) {}
  [[gnu::always_inline]] constexpr void absorb(std::uint64_t x) noexcept {
    value_ = mix64(value_ * 0x9E3779B97F4A7C15 + x + 1);
  }
  constexpr void absorb_bytes(const char* bytes, std::size_t size) noexcept {
    absorb(size);
    for (std::size_t at = 0; at < size; at += 8) {
      std::uint64_t word = 0;
      for (std::size_t i = at; i < size && i < at + 8; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i - at));
      absorb(word);
    }
  }
  constexpr std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0x6472'7964'6f63'6b31;  // "drydock1"
};

}  // namespace drydock
