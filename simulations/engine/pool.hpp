#pragma once
// Things that only some parties have at a time, under numbers that are used again. A thing keeps
// its place while it is held. Numbers never enter a digest.
#include <cstdint>
#include <deque>
#include <vector>

#include "runtime/kernel/assert.hpp"

namespace drydock::sim {

template <class Thing>
class Pool {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  std::uint32_t take() {  // a thing as good as new
    if (free_.empty()) {
      things_.emplace_back();
      return static_cast<std::uint32_t>(things_.size() - 1);
    }
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  void give_back(std::uint32_t number) {
    ASSERT(number < things_.size());
    things_[number] = Thing{};
    free_.push_back(number);
  }
  Thing& operator[](std::uint32_t number) {
    ASSERT(number < things_.size());
    return things_[number];
  }
  const Thing& operator[](std::uint32_t number) const {
    ASSERT(number < things_.size());
    return things_[number];
  }
  std::size_t held() const { return things_.size() - free_.size(); }

 private:
  std::deque<Thing> things_;
  std::vector<std::uint32_t> free_;
};

}  // namespace drydock::sim
