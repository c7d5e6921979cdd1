#pragma once
// Outbox: what one step wants done, in order. Inline and bounded; running over is our own bug.
#include <array>
#include <cstddef>

#include "runtime/kernel/assert.hpp"

namespace drydock {

template <class Effect, std::size_t Max = 16>
class Outbox {
 public:
  static constexpr std::size_t capacity = Max;
  template <class T>  // an effect, or one of the alternatives of a variant of effects
  void add(const T& effect) noexcept {
    ASSERT(size_ < Max);
    effects_[size_++] = effect;
  }
  std::size_t size() const noexcept { return size_; }
  std::size_t room() const noexcept { return Max - size_; }
  bool empty() const noexcept { return size_ == 0; }
  const Effect* begin() const noexcept { return effects_.data(); }
  const Effect* end() const noexcept { return effects_.data() + size_; }
  const Effect& operator[](std::size_t i) const noexcept {
    ASSERT(i < size_);
    return effects_[i];
  }
  void clear() noexcept { size_ = 0; }

 private:
  std::array<Effect, Max> effects_{};
  std::size_t size_ = 0;
};

}  // namespace drydock
