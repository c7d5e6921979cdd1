#pragma once
// Strong types for everything that is named by a number. Zero always means "none".
#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/kernel/digest.hpp"

namespace drydock {

template <class Tag, class Number>
struct Named {
  using Rep = Number;
  Number value = 0;
  constexpr explicit operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Named, Named) = default;
};

using ApplianceId = Named<struct ApplianceTag, std::uint64_t>;  // random, permanent, opaque
using ClientId = Named<struct ClientTag, std::uint64_t>;        // name_number of the client's name
using SiteId = Named<struct SiteTag, std::uint64_t>;            // name_number of "client/site"
using HardwareId = Named<struct HardwareTag, std::uint64_t>;    // name_number of the model's name
using RolloutId = Named<struct RolloutTag, std::uint32_t>;      // 1, 2, 3, ... at one centre
using UpdateId = Named<struct UpdateTag, std::uint64_t>;    // one attempt to update one appliance
using BootId = Named<struct BootTag, std::uint64_t>;        // differs at every boot
using OrderNumber = Named<struct OrderTag, std::uint64_t>;  // grows over all orders of a centre
using Epoch = Named<struct EpochTag, std::uint64_t>;        // grows at every halt and restore
using Position = Named<struct PositionTag, std::uint64_t>;  // place in the decision log
using ReportSeq = Named<struct ReportTag, std::uint32_t>;   // 1, 2, 3, ... of one appliance
using RequestId = Named<struct RequestTag, std::uint64_t>;  // one waiting request at the centre
using ProposalId = Named<struct ProposalTag, std::uint64_t>;

// SHA-256 of a document's exact bytes.
using Hash = std::array<std::uint8_t, 32>;

// "1.4.2" as one number that sorts as versions do: 20 bits each for major, minor and patch.
struct Version {
  using Rep = std::uint64_t;
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(Version, Version) = default;
};
constexpr Version make_version(std::uint32_t major, std::uint32_t minor, std::uint32_t patch) {
  return {std::uint64_t{major} << 40 | std::uint64_t{minor} << 20 | patch};
}

// A name as a number: FNV-1a over its bytes, spread. Names stay in the documents of the centre;
// registering a second name with the same number is refused there.
constexpr std::uint64_t name_number(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mix64(h) | 1;
}

enum class Slot : std::uint8_t { none = 0, a = 1, b = 2 };
constexpr Slot other(Slot slot) {
  return slot == Slot::a ? Slot::b : slot == Slot::b ? Slot::a : Slot::none;
}
constexpr std::string_view name_of(Slot slot) {
  return slot == Slot::a ? "A" : slot == Slot::b ? "B" : "-";
}

// Text forms. The readers answer false and leave `out` alone when the text is not exactly one.
std::string name_of(Version version);                      // "1.4.2"
bool read_version(std::string_view text, Version& out);    // major.minor.patch, each < 2^20
std::string hex(std::uint64_t number);                     // 16 lower-case hex digits
bool read_hex(std::string_view text, std::uint64_t& out);  // exactly 16 digits
std::string hex(const Hash& hash);                         // 64 lower-case hex digits
bool read_hex(std::string_view text, Hash& out);

}  // namespace drydock
