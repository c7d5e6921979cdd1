#pragma once
// The evidence chain: every link is SHA-256(previous link || bytes), so that one changed, removed
// or swapped record changes every link after it. Pure functions, safe from any thread.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace drydock::journal {

using Hash = std::array<std::uint8_t, 32>;
using Incarnation = std::array<std::uint8_t, 16>;  // random identity of one journal's life

Hash sha256(std::string_view bytes);
Hash link(const Hash& previous, std::string_view bytes);
// The link before the first record. It names the incarnation, so a record of another journal never
// fits.
Hash chain_start(const Incarnation& incarnation);
std::string to_hex(const Hash& hash);

inline std::string_view view(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
// bytes must be at least 32 long; a shorter view gives the zero hash, which fits no chain.
Hash hash_from(std::string_view bytes);

}  // namespace drydock::journal
