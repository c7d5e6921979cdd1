#pragma once
// Things that only some parties have at a time, under numbers that are used again. A thing keeps
// its place while it is held. Numbers never enter a digest.
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/kernel/assert.hpp"

namespace drydock::sim {

template <class Thing>
class Pool {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  std::uint32_t take() {  // a thing as good as new
    if (free_.empty()) {
      if (size_ % chunk == 0) chunks_.push_back(std::make_unique<std::array<Thing, chunk>>());
      return size_++;
    }
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  void give_back(std::uint32_t number) {
    (*this)[number] = Thing{};
    free_.push_back(number);
  }
  Thing& operator[](std::uint32_t number) {
    ASSERT(number < size_);
    return (*chunks_[number / chunk])[number % chunk];
  }
  const Thing& operator[](std::uint32_t number) const {
    ASSERT(number < size_);
    return (*chunks_[number / chunk])[number % chunk];
  }
  // A hint: this thing will be looked at soon.
  [[gnu::always_inline]] void prefetch(std::uint32_t number) const {
    constexpr std::size_t line = 64;
    const char* from = reinterpret_cast<const char*>(&(*this)[number]);
    for (std::size_t at = 0; at < sizeof(Thing); at += line) __builtin_prefetch(from + at, 1);
    __builtin_prefetch(from + sizeof(Thing) - 1, 1);
  }
  std::size_t held() const { return size_ - free_.size(); }

 private:
  static constexpr std::uint32_t chunk = 1024;

  std::vector<std::unique_ptr<std::array<Thing, chunk>>> chunks_;
  std::uint32_t size_ = 0;  // things there are, held or not
  std::vector<std::uint32_t> free_;
};

}  // namespace drydock::sim
