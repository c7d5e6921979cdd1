#pragma once
// Letters: messages on their way. Events stay small and carry the number of a letter; its place is
// used again after it was taken. Numbers never enter a digest.
#include <cstdint>
#include <vector>

#include "runtime/kernel/assert.hpp"

namespace drydock::sim {

template <class Letter>
class Letters {
 public:
  // A place for a letter; what lies there is to be written over.
  std::uint32_t begin() {
    if (free_.empty()) {
      places_.emplace_back();
      return static_cast<std::uint32_t>(places_.size() - 1);
    }
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }
  std::uint32_t put(const Letter& letter) {
    const std::uint32_t number = begin();
    places_[number] = letter;
    return number;
  }
  // Each letter is taken or dropped exactly once, also when nobody is there to read it.
  Letter take(std::uint32_t number) {
    drop(number);
    return places_[number];
  }
  void drop(std::uint32_t number) {
    ASSERT(number < places_.size());
    free_.push_back(number);
  }
  // To read it where it lies, until the next one is put.
  Letter& operator[](std::uint32_t number) {
    ASSERT(number < places_.size());
    return places_[number];
  }
  const Letter& operator[](std::uint32_t number) const {
    ASSERT(number < places_.size());
    return places_[number];
  }
  std::size_t under_way() const { return places_.size() - free_.size(); }

 private:
  std::vector<Letter> places_;
  std::vector<std::uint32_t> free_;
};

}  // namespace drydock::sim
