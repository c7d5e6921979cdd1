#pragma once
// The order that replaces the boot stub of appliances. It travels within a release, beside the stub
// itself, and is signed for itself with the release key: a release without one never touches a
// stub.
#include <string_view>

#include "messages/fields.hpp"
#include "messages/ids.hpp"

namespace drydock {

struct StubOrder {
  static constexpr const char* name = "StubOrder";
  std::uint64_t serial = 0;  // above that of every earlier order, and never 0
  std::uint64_t size = 0;    // bytes, 1 to stub_bytes_max
  Hash sha256{};
  static constexpr auto fields() {
    return std::tuple{field<1>("serial", &StubOrder::serial), field<2>("size", &StubOrder::size),
                      field<3>("sha256", &StubOrder::sha256)};
  }
  friend bool operator==(const StubOrder&, const StubOrder&) = default;
};

inline constexpr std::string_view stub_envelope_type = "boot-stub";
// What a place for a stub on the ESP has, always: a file is overwritten, and never grows.
inline constexpr std::uint64_t stub_bytes_max = 2u << 20;

}  // namespace drydock
