#include "runtime/shell/turn_record.hpp"

namespace drydock::shell {

std::string key_bytes(std::uint64_t key) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(key >> shift & 0xFF));
  return bytes;
}

bool read_key(std::string_view bytes, std::uint64_t& key) {
  if (bytes.size() != 8) return false;
  key = 0;
  for (char c : bytes) key = key << 8 | static_cast<unsigned char>(c);
  return true;
}

}  // namespace drydock::shell
