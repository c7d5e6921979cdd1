#pragma once
// List and Text: bounded and inline. They never allocate; running over is a bug of the caller, so
// whoever fills one from outside checks `full()` or the length first. A copy of a list copies what
// it holds: messages carry lists that are mostly empty.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "runtime/kernel/assert.hpp"

namespace drydock {

template <class T, std::size_t Max>
class List {
 public:
  using Item = T;
  static constexpr std::size_t capacity = Max;
  static_assert(Max <= 0xFFFF);
  static_assert(std::is_trivially_copyable_v<T>);
  constexpr List() noexcept {}
  constexpr List(const List& other) noexcept { *this = other; }
  constexpr List& operator=(const List& other) noexcept {
    for (std::size_t i = 0; i < other.size_; ++i) items_[i] = other.items_[i];
    size_ = other.size_;
    return *this;
  }
  constexpr void add(const T& item) noexcept {
    ASSERT(size_ < Max);
    items_[size_++] = item;
  }
  constexpr bool full() const noexcept { return size_ == Max; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr void clear() noexcept { size_ = 0; }
  constexpr const T& operator[](std::size_t i) const noexcept {
    ASSERT(i < size_);
    return items_[i];
  }
  constexpr T& operator[](std::size_t i) noexcept {
    ASSERT(i < size_);
    return items_[i];
  }
  constexpr const T* begin() const noexcept { return items_.data(); }
  constexpr const T* end() const noexcept { return items_.data() + size_; }
  friend constexpr bool operator==(const List& a, const List& b) noexcept {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i)
      if (!(a.items_[i] == b.items_[i])) return false;
    return true;
  }

 private:
  union {  // the first size_ of them are there
    std::array<T, Max> items_;
  };
  std::uint16_t size_ = 0;
};

template <std::size_t Max>
class Text {  // at most Max bytes of UTF-8; longer text is cut between two characters
 public:
  static constexpr std::size_t capacity = Max;
  static_assert(Max <= 0xFF);
  constexpr Text() = default;
  constexpr Text(std::string_view text) noexcept {  // NOLINT: a literal is a Text
    std::size_t size = text.size() < Max ? text.size() : Max;
    // A byte 10xxxxxx goes on with the character before it.
    if (size < text.size())
      while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    for (char c : text.substr(0, size)) bytes_[size_++] = c;
  }
  constexpr Text(const char* text) noexcept : Text(std::string_view(text)) {}  // NOLINT
  constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  friend constexpr bool operator==(const Text& a, const Text& b) noexcept {
    return a.view() == b.view();
  }

 private:
  std::array<char, Max> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace drydock
