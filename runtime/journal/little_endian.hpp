#pragma once
// Fixed little-endian layout: how records and the journal's own rows lie on the disk.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace drydock::journal {

template <class T>
void append_number(std::string& out, T value) {
  static_assert(std::is_integral_v<T>);
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(T); ++i, bits >>= 8) out.push_back(static_cast<char>(bits));
}

inline void append_sized(std::string& out, std::string_view bytes) {
  append_number(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

// Reads what append_* wrote. After the first read past the end every read gives zero or nothing and
// ok() is false, so a caller checks once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  template <class T>
  T number() {
    const std::string_view raw = take(sizeof(T));
    std::uint64_t bits = 0;
    for (std::size_t i = raw.size(); i > 0; --i)
      bits = bits << 8 | static_cast<std::uint8_t>(raw[i - 1]);
    return static_cast<T>(bits);
  }
  std::string_view sized() { return take(number<std::uint32_t>()); }
  std::string_view take(std::size_t count) {
    if (!ok_ || count > left_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = left_.substr(0, count);
    left_.remove_prefix(count);
    return taken;
  }
  std::string_view rest() const { return left_; }
  bool ok() const { return ok_; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace drydock::journal
