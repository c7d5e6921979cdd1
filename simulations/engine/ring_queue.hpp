#pragma once
// A ring of seconds, the current second in fine buckets of 16 ms, and a heap for what lies beyond
// the ring. A fine bucket is sorted when its time comes, or a little before, so that the next
// events are known; what falls into that time afterwards goes through a small heap. The order is
// that of HeapQueue, which is this queue's oracle: the key is total.
//
// Cost: an event of a large fleet is written to the end of one of a few hundred lists, copied
// twice, sorted among its bucket and read once. All of that stays in the caches, where a heap of a
// million touches twenty places all over memory.
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
  static constexpr int fine_bits = 4;                               // 16 ms
  static constexpr int second_bits = 10;                            // 1,024 ms: a "second" here
  static constexpr std::uint64_t seconds = std::uint64_t{1} << 12;  // 70 minutes
  static constexpr std::size_t known = 12;  // so many are in order where buckets hold as many

  RingQueue() : first_(seconds, none), occupied_(seconds / 64, 0) {}

  void push(const Scheduled<What>& event) {
    ++size_;
    const std::uint64_t second = second_of(event);
    if (second == second_ && fine_of(event) > fine_)
      put_fine(event);
    else if (second <= second_)
      soon_.push(event);
    else if (second - second_ < seconds)
      put(second, event);
    else
      far_.push(event);
    if (size_ == 1) look_further();
  }
  Scheduled<What> pop() {
    ASSERT(size_ != 0);
    --size_;
    const Scheduled<What> least = from_sorted() ? sorted_[at_++] : soon_.pop();
    if (sorted_.size() - at_ <= known) look_further();
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
  static constexpr std::uint32_t fines = 1u << (second_bits - fine_bits);
  static_assert(fines == 64, "a bit each of one word");
  struct Block {  // events of one second, in no order
    static constexpr std::uint32_t events_max = 48;
    std::uint32_t next = none, count = 0;
    std::array<Scheduled<What>, events_max> events;
  };

  static std::uint64_t second_at(std::int64_t ms) {
    ASSERT(ms >= 0);
    return static_cast<std::uint64_t>(ms) >> second_bits;
  }
  static std::uint64_t second_of(const Scheduled<What>& event) {
    return second_at(event.key.at_ms);
  }
  static std::uint32_t fine_of(const Scheduled<What>& event) {
    return static_cast<std::uint32_t>(event.key.at_ms >> fine_bits) % fines;
  }
  // Is the next event in the sorted bucket? Only when there is a next one.
  bool from_sorted() const {
    return at_ != sorted_.size() && (soon_.empty() || sorted_[at_].key < soon_.next_key());
  }

  void put_fine(const Scheduled<What>& event) {
    const std::uint32_t fine = fine_of(event);
    fine_events_[fine].push_back(event);
    fine_occupied_ |= std::uint64_t{1} << fine;
  }
  void put(std::uint64_t second, const Scheduled<What>& event) {
    const std::uint64_t place = second % seconds;
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

  // Puts the next fine bucket that holds anything in order behind what is: because nothing is left,
  // or because it follows close.
  void look_further() {
    const bool none_left = at_ == sorted_.size() && soon_.empty();
    if (none_left ? size_ == 0 : !next_is_close()) return;
    if (fine_occupied_ == 0) take_second();
    fine_ = next_fine();
    fine_occupied_ &= fine_occupied_ - 1;
    sorted_.erase(sorted_.begin(), sorted_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    put_in_order(fine_events_[fine_]);
    fine_events_[fine_].clear();
  }
  // A large bucket by the millisecond and the first bits of the order first: that leaves hardly
  // any two to compare, but where a crowd comes from one source at one moment.
  void put_in_order(const std::vector<Scheduled<What>>& events) {
    constexpr int order_bits = 3;
    constexpr std::size_t cells = std::size_t{1} << (fine_bits + order_bits);
    const auto cell_of = [](const Scheduled<What>& event) {
      const auto ms = static_cast<std::uint64_t>(event.key.at_ms) << order_bits;
      return static_cast<std::size_t>((ms | event.key.order >> (64 - order_bits)) % cells);
    };
    const auto by_key = [](const auto& a, const auto& b) { return a.key < b.key; };
    const auto from = sorted_.insert(sorted_.end(), events.begin(), events.end());
    if (events.size() < cells / 4) return std::sort(from, sorted_.end(), by_key);
    std::array<std::uint32_t, cells + 1> place{};  // of the next event of each cell
    for (const auto& event : events) ++place[cell_of(event) + 1];
    std::uint32_t most = 0;  // in one cell
    for (std::size_t cell = 0; cell < cells; ++cell) {
      most = std::max(most, place[cell + 1]);
      place[cell + 1] += place[cell];
    }
    for (const auto& event : events) from[place[cell_of(event)]++] = event;
    constexpr std::uint32_t crowd = 16;
    if (most > crowd) return std::sort(from, sorted_.end(), by_key);
    sort_nearly_sorted(from, sorted_.end());
  }
  template <class It>
  static void sort_nearly_sorted(It from, It to) {
    for (It at = from + 1; at < to; ++at) {
      if (at[-1].key < at->key) continue;
      const Scheduled<What> moved = *at;
      It place = at;
      do {
        *place = place[-1];
        --place;
      } while (place != from && moved.key < place[-1].key);
      *place = moved;
    }
  }
  std::uint32_t next_fine() const {
    return static_cast<std::uint32_t>(std::countr_zero(fine_occupied_));
  }
  // Of a sparse bucket too much would still come in between: that has to go through the heap.
  bool next_is_close() const {
    return fine_occupied_ != 0 && next_fine() == fine_ + 1 &&
           fine_events_[fine_ + 1].size() >= known;
  }
  // Spreads the next second that holds anything over the fine buckets.
  void take_second() {
    second_ = in_ring_ != 0 ? next_occupied() : second_at(far_.next_at_ms());
    while (!far_.empty() && second_at(far_.next_at_ms()) - second_ < seconds) {
      const Scheduled<What> event = far_.pop();
      put(second_of(event), event);
    }
    const std::uint64_t place = second_ % seconds;
    for (std::uint32_t block = first_[place]; block != none;) {
      Block& from = blocks_[block];
      for (std::uint32_t i = 0; i < from.count; ++i) put_fine(from.events[i]);
      in_ring_ -= from.count;
      const std::uint32_t next = from.next;
      from.next = free_;
      free_ = block;
      block = next;
    }
    first_[place] = none;
    occupied_[place / 64] &= ~(std::uint64_t{1} << place % 64);
  }
  std::uint64_t next_occupied() const {
    for (std::uint64_t ahead = 0; ahead <= seconds;) {
      const std::uint64_t place = (second_ + ahead) % seconds;
      const std::uint64_t word = occupied_[place / 64] >> place % 64;
      if (word != 0) return second_ + ahead + static_cast<std::uint64_t>(std::countr_zero(word));
      ahead += 64 - place % 64;
    }
    ASSERT(false);
    return second_;
  }

  std::uint64_t size_ = 0, in_ring_ = 0;
  std::uint64_t second_ = 0;             // the one whose fine buckets are filled
  std::uint32_t fine_ = 0;               // of it: the last one that `sorted_` holds
  std::vector<Scheduled<What>> sorted_;  // up to its end, not yet taken from at_ on
  std::size_t at_ = 0;
  HeapQueue<What> soon_, far_;
  std::array<std::vector<Scheduled<What>>, fines> fine_events_;
  std::uint64_t fine_occupied_ = 0;      // a bit a fine bucket
  std::vector<std::uint32_t> first_;     // by second: its newest block
  std::vector<std::uint64_t> occupied_;  // a bit a second
  std::vector<Block> blocks_;
  std::uint32_t free_ = none;  // a list of blocks nobody uses
};

}  // namespace drydock::sim
