#pragma once
// A ring of buckets of 16 ms, and a heap for what lies beyond it. A bucket is sorted when its time
// comes; what falls into that time afterwards goes through a small heap. The order is that of
// HeapQueue, which is this queue's oracle: the key is total.
// Cost: an event of a large fleet is written once, sorted among its bucket and read once, where a
// heap of a million touches twenty places all over memory.
#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "runtime/kernel/assert.hpp"
#include "simulations/engine/heap_queue.hpp"

namespace drydock::sim {

template <class What>
class RingQueue {
 public:
  static constexpr int bucket_bits = 4;                             // 16 ms
  static constexpr std::uint64_t buckets = std::uint64_t{1} << 18;  // 70 minutes

  RingQueue() : first_(buckets, none), occupied_(buckets / 64, 0) {}

  void push(const Scheduled<What>& event) {
    ++size_;
    const std::uint64_t bucket = bucket_of(event);
    if (bucket <= current_)
      soon_.push(event);
    else if (bucket - current_ < buckets)
      put(bucket, event);
    else
      far_.push(event);
    if (size_ == 1) refill();
  }
  Scheduled<What> pop() {
    ASSERT(size_ != 0);
    --size_;
    const Scheduled<What> least = from_sorted() ? sorted_[at_++] : soon_.pop();
    if (at_ == sorted_.size() && soon_.empty() && size_ != 0) refill();
    return least;
  }
  bool empty() const { return size_ == 0; }
  // The n-th event from here on among those in order, from 0; what was pushed late is not counted.
  const What* ahead(std::size_t n) const {
    return at_ + n < sorted_.size() ? &sorted_[at_ + n].what : nullptr;
  }
  std::int64_t next_at_ms() const {
    ASSERT(size_ != 0);
    return from_sorted() ? sorted_[at_].key.at_ms : soon_.next_at_ms();
  }

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Block {  // events of one bucket, in no order
    static constexpr std::uint32_t events_max = 12;
    std::uint32_t next = none, count = 0;
    std::array<Scheduled<What>, events_max> events;
  };

  static std::uint64_t bucket_of(const Scheduled<What>& event) {
    ASSERT(event.key.at_ms >= 0);
    return static_cast<std::uint64_t>(event.key.at_ms) >> bucket_bits;
  }
  // Is the next event in the sorted bucket? Only when there is a next one.
  bool from_sorted() const {
    return at_ != sorted_.size() && (soon_.empty() || sorted_[at_].key < soon_.next_key());
  }

  void put(std::uint64_t bucket, const Scheduled<What>& event) {
    const std::uint64_t place = bucket % buckets;
    std::uint32_t block = first_[place];
    if (block == none || blocks_[block].count == Block::events_max) {
      block = new_block();
      blocks_[block].next = first_[place];
      first_[place] = block;
      occupied_[place / 64] |= std::uint64_t{1} << place % 64;
    }
    blocks_[block].events[blocks_[block].count++] = event;
    ++in_ring_;
  }
  std::uint32_t new_block() {
    if (free_ == none) {
      blocks_.emplace_back();
      return static_cast<std::uint32_t>(blocks_.size() - 1);
    }
    const std::uint32_t block = free_;
    free_ = blocks_[block].next;
    blocks_[block].count = 0;
    return block;
  }

  // Makes the next bucket that holds anything the current one; only when nothing is left of this.
  void refill() {
    if (at_ != sorted_.size() || !soon_.empty()) return;
    current_ = in_ring_ != 0 ? next_occupied() : bucket_at(far_.next_at_ms());
    while (!far_.empty() && bucket_at(far_.next_at_ms()) - current_ < buckets) {
      const Scheduled<What> event = far_.pop();
      put(bucket_of(event), event);
    }
    take_current();
  }
  static std::uint64_t bucket_at(std::int64_t ms) {
    return static_cast<std::uint64_t>(ms) >> bucket_bits;
  }
  std::uint64_t next_occupied() const {
    for (std::uint64_t ahead = 0; ahead <= buckets;) {
      const std::uint64_t place = (current_ + ahead) % buckets;
      const std::uint64_t word = occupied_[place / 64] >> place % 64;
      if (word != 0) return current_ + ahead + static_cast<std::uint64_t>(std::countr_zero(word));
      ahead += 64 - place % 64;
    }
    ASSERT(false);
    return current_;
  }
  void take_current() {
    const std::uint64_t place = current_ % buckets;
    sorted_.clear();
    at_ = 0;
    for (std::uint32_t block = first_[place]; block != none;) {
      Block& from = blocks_[block];
      sorted_.insert(sorted_.end(), from.events.begin(), from.events.begin() + from.count);
      const std::uint32_t next = from.next;
      from.next = free_;
      free_ = block;
      block = next;
    }
    first_[place] = none;
    occupied_[place / 64] &= ~(std::uint64_t{1} << place % 64);
    in_ring_ -= sorted_.size();
    std::sort(sorted_.begin(), sorted_.end(),
              [](const auto& a, const auto& b) { return a.key < b.key; });
  }

  std::uint64_t size_ = 0, in_ring_ = 0;
  std::uint64_t current_ = 0;            // the bucket that `sorted_` was, and `soon_` joins
  std::vector<Scheduled<What>> sorted_;  // of it, not yet taken from at_ on
  std::size_t at_ = 0;
  HeapQueue<What> soon_, far_;
  std::vector<std::uint32_t> first_;     // by bucket: its newest block
  std::vector<std::uint64_t> occupied_;  // a bit a bucket
  std::vector<Block> blocks_;
  std::uint32_t free_ = none;  // a list of blocks nobody uses
};

}  // namespace drydock::sim
