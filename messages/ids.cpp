#include "messages/ids.hpp"

namespace drydock {

namespace {
constexpr std::string_view digits = "0123456789abcdef";

void put_hex(std::string& out, std::uint8_t byte) {
  out.push_back(digits[byte >> 4]);
  out.push_back(digits[byte & 15]);
}
bool read_byte(std::string_view two, std::uint8_t& out) {
  const auto high = digits.find(two[0]), low = digits.find(two[1]);
  if (high == digits.npos || low == digits.npos) return false;
  out = static_cast<std::uint8_t>(high << 4 | low);
  return true;
}
}  // namespace

std::string name_of(Version version) {
  return std::to_string(version.value >> 40) + "." + std::to_string(version.value >> 20 & 0xFFFFF) +
         "." + std::to_string(version.value & 0xFFFFF);
}

bool read_version(std::string_view text, Version& out) {
  std::uint64_t parts[3] = {};
  int part = 0, length = 0;
  for (char c : text) {
    if (c == '.') {
      if (length == 0 || ++part > 2) return false;
      length = 0;
    } else if (c >= '0' && c <= '9') {
      parts[part] = parts[part] * 10 + static_cast<std::uint64_t>(c - '0');
      if (++length > 7 || parts[part] > 0xFFFFF) return false;
    } else {
      return false;
    }
  }
  if (part != 2 || length == 0) return false;
  out = {parts[0] << 40 | parts[1] << 20 | parts[2]};
  return true;
}

std::string hex(std::uint64_t number) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8)
    put_hex(out, static_cast<std::uint8_t>(number >> shift));
  return out;
}

bool read_hex(std::string_view text, std::uint64_t& out) {
  if (text.size() != 16) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 16; i += 2) {
    std::uint8_t byte = 0;
    if (!read_byte(text.substr(i, 2), byte)) return false;
    number = number << 8 | byte;
  }
  out = number;
  return true;
}

std::string hex(const Hash& hash) {
  std::string out;
  for (std::uint8_t byte : hash) put_hex(out, byte);
  return out;
}

bool read_hex(std::string_view text, Hash& out) {
  Hash hash{};
  if (text.size() != 2 * hash.size()) return false;
  for (std::size_t i = 0; i < hash.size(); ++i)
    if (!read_byte(text.substr(2 * i, 2), hash[i])) return false;
  out = hash;
  return true;
}

}  // namespace drydock
