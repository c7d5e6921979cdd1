#pragma once
// What waits to be delivered within one moment: bounded, in one place, made once for a run. `T` is
// a variant; the one in front is read where it lies, while others join behind it.
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/kernel/assert.hpp"

namespace drydock::sim {

template <class T, std::uint32_t Max>
class Fifo {
 public:
  static_assert((Max & (Max - 1)) == 0);
  static constexpr std::uint32_t capacity = Max;

  template <class Alternative, class From>
  void add(const From& from) {
    ASSERT(size() < Max);
    items_[end_++ % Max].template emplace<Alternative>(from);
  }
  std::uint32_t size() const { return end_ - begin_; }
  bool empty() const { return end_ == begin_; }
  const T& operator[](std::uint32_t i) const { return items_[(begin_ + i) % Max]; }
  // Moves the one at `i` to the front; those before it keep their order.
  void bring_forward(std::uint32_t i) {
    ASSERT(i < size());
    for (; i > 0; --i) std::swap(items_[(begin_ + i) % Max], items_[(begin_ + i - 1) % Max]);
  }
  // Hands out the one in front, and takes it away behind the call. The call may add, and may clear.
  template <class Use>
  void use_front(Use&& use) {
    ASSERT(!empty());
    const std::uint32_t front = begin_;
    use(items_[front % Max]);
    if (begin_ == front) ++begin_;
  }
  void clear() { begin_ = end_; }

 private:
  std::vector<T> items_ = std::vector<T>(Max);
  std::uint32_t begin_ = 0, end_ = 0;  // count on; their places are taken modulo Max
};

}  // namespace drydock::sim
