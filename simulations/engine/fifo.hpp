#pragma once
// What waits to be delivered within one moment: bounded, in one place, made once for a run. `T` is
// a variant; the one in front is read where it lies, while others join behind it.
#include <array>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "runtime/kernel/assert.hpp"

namespace drydock::sim {

template <class T, std::uint32_t Max>
class Fifo {
 public:
  static_assert((Max & (Max - 1)) == 0);
  static constexpr std::uint32_t capacity = Max;

  Fifo() { std::iota(places_.begin(), places_.end(), 0U); }

  template <class Alternative, class From>
  void add(const From& from) {
    ASSERT(size() < Max);
    item(end_++).template emplace<Alternative>(from);
  }
  std::uint32_t size() const { return end_ - begin_; }
  bool empty() const { return end_ == begin_; }
  const T& operator[](std::uint32_t i) const { return items_[places_[(begin_ + i) % Max]]; }
  // Moves the one at `i` to the front; those before it keep their order.
  void bring_forward(std::uint32_t i) {
    ASSERT(i < size());
    for (; i > 0; --i) std::swap(places_[(begin_ + i) % Max], places_[(begin_ + i - 1) % Max]);
  }
  // Hands out the one in front, and takes it away behind the call. The call may add, and may clear.
  template <class Use>
  void use_front(Use&& use) {
    ASSERT(!empty());
    const std::uint32_t front = begin_;
    use(item(front));
    if (begin_ == front) ++begin_;
    if (empty()) begin_ = end_ = 0;  // so that the next one lies where the caches still are
  }
  void clear() { begin_ = end_; }

 private:
  T& item(std::uint32_t n) { return items_[places_[n % Max]]; }

  std::vector<T> items_ = std::vector<T>(Max);
  std::array<std::uint32_t, Max> places_;  // the items are large: they change order, not place
  std::uint32_t begin_ = 0, end_ = 0;      // count on; where they lie is taken modulo Max
};

}  // namespace drydock::sim
