#pragma once
// Table: the rows of a machine that keeps many entities. Dense in insertion order, found by key
// through an open-addressing index with a fixed hash, so that the same history gives the same
// order everywhere. A step never grows it: the shell calls `reserve` between steps.
// `change` remembers which rows a step touched; exactly those are journaled and digested.
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "runtime/kernel/assert.hpp"
#include "runtime/kernel/digest.hpp"

namespace drydock {

template <class Key, class Row>
class Table {
 public:
  static_assert(std::is_nothrow_copy_assignable_v<Row> && std::is_trivially_destructible_v<Row> &&
                std::is_trivially_copyable_v<Key>);
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  // Room for `rows` rows in all and `changes` touched rows a step. Never called inside a step.
  void reserve(std::uint32_t rows, std::uint32_t changes) {
    ASSERT(touched_count_ == 0);
    if (rows > rows_.size()) {
      keys_.resize(rows);
      rows_.resize(rows);
      marks_.resize(rows);
    }
    if (changes > touched_.size()) touched_.resize(changes);
    std::uint32_t slots = 16;
    while (slots < rows * 2) slots *= 2;
    if (slots <= index_.size()) return;
    index_.assign(slots, free_place);
    for (std::uint32_t i = 0; i < size_; ++i) place(i);
  }

  std::uint32_t size() const noexcept { return size_; }
  bool full() const noexcept { return size_ == rows_.size(); }
  std::uint32_t room() const noexcept { return static_cast<std::uint32_t>(rows_.size()) - size_; }
  const Key& key(std::uint32_t i) const noexcept {
    ASSERT(i < size_);
    return keys_[i];
  }
  const Row& row(std::uint32_t i) const noexcept {
    ASSERT(i < size_);
    return rows_[i];
  }

  std::uint32_t find(const Key& key) const noexcept {
    if (index_.empty()) return none;
    const std::uint64_t h = hash(key);
    for (std::uint64_t at = h;; ++at) {
      const Place& place = index_[at & (index_.size() - 1)];
      if (place.row == none) return none;
      if (place.hash == h) return place.row;
    }
  }
  const Row* get(const Key& key) const noexcept {
    const std::uint32_t i = find(key);
    return i == none ? nullptr : &rows_[i];
  }
  // Hints to the processor, before a find: where the key's place is; later, what lies there.
  // Inlined always: a function that only hints is one that a compiler may leave out.
  [[gnu::always_inline]] void prefetch_place(const Key& key) const noexcept {
    if (!index_.empty()) __builtin_prefetch(&index_[hash(key) & (index_.size() - 1)]);
  }
  [[gnu::always_inline]] void prefetch_row(const Key& key) const noexcept {
    if (index_.empty()) return;
    const std::uint64_t h = hash(key);
    std::uint64_t at = h;
    while (index_[at & (index_.size() - 1)].hash != h) {
      if (index_[at & (index_.size() - 1)].row == none) return;
      ++at;
    }
    const std::uint32_t i = index_[at & (index_.size() - 1)].row;
    if (i == none) return;
    const char* row = reinterpret_cast<const char*>(&rows_[i]);
    for (std::size_t line = 0; line < sizeof(Row); line += 64) __builtin_prefetch(row + line);
  }
  // The row for writing; counts as touched in this step.
  Row& change(std::uint32_t i) noexcept {
    ASSERT(i < size_);
    if (!marks_[i]) {
      ASSERT(can_change_more());
      marks_[i] = 1;
      touched_[touched_count_++] = i;
    }
    return rows_[i];
  }
  // A new row with default content; the key must be new and the table not full.
  std::uint32_t insert(const Key& key) noexcept {
    ASSERT(!full() && find(key) == none);
    const std::uint32_t i = size_++;
    keys_[i] = key;
    rows_[i] = Row{};
    marks_[i] = 0;
    place(i);
    change(i);
    return i;
  }
  bool can_change_more() const noexcept { return touched_count_ < touched_.size(); }
  std::span<const std::uint32_t> touched() const noexcept {
    return {touched_.data(), touched_count_};
  }
  void forget_touched() noexcept {
    for (std::uint32_t i : touched()) marks_[i] = 0;
    touched_count_ = 0;
  }

 private:
  struct Place {  // mix64 is a bijection: who has the hash of a key has the key
    std::uint64_t hash = 0;
    std::uint32_t row = none;
  };
  static constexpr Place free_place{};

  static std::uint64_t hash(const Key& key) noexcept {
    return mix64(static_cast<std::uint64_t>(key.value));
  }
  void place(std::uint32_t i) noexcept {
    const std::uint64_t h = hash(keys_[i]);
    std::uint64_t at = h;
    while (index_[at & (index_.size() - 1)].row != none) ++at;
    index_[at & (index_.size() - 1)] = {h, i};
  }

  // Only reserve() gives these vectors a size: code that steps holds no code that could grow them.
  std::uint32_t size_ = 0;           // rows in use
  std::uint32_t touched_count_ = 0;  // entries of touched_ in use
  std::vector<Key> keys_;
  std::vector<Row> rows_;
  std::vector<std::uint8_t> marks_;     // 1 where the row is in touched_
  std::vector<std::uint32_t> touched_;  // row numbers in the order of their first change
  std::vector<Place> index_;            // size is a power of two
};

}  // namespace drydock
