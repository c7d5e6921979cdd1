#pragma once
// What a release is: one raw slot image, described so that every byte can be checked on arrival.
// Signed with the release key, which the centre does not need to hold.
#include <string>
#include <vector>

#include "messages/fields.hpp"
#include "messages/ids.hpp"

namespace drydock {

struct Manifest {
  static constexpr const char* name = "Manifest";
  std::string kind;  // "slot-image"
  Version version;
  std::string hardware;          // model name, or "*" for every model
  std::uint64_t image_size = 0;  // bytes
  Hash image_sha256{};
  std::uint32_t chunk_size = 0;  // bytes; the last chunk may be shorter
  std::vector<Hash> chunk_sha256;
  static constexpr auto fields() {
    return std::tuple{field<1>("kind", &Manifest::kind),
                      field<2>("version", &Manifest::version),
                      field<3>("hardware", &Manifest::hardware),
                      field<4>("image_size", &Manifest::image_size),
                      field<5>("image_sha256", &Manifest::image_sha256),
                      field<6>("chunk_size", &Manifest::chunk_size),
                      field<7>("chunk_sha256", &Manifest::chunk_sha256)};
  }
  friend bool operator==(const Manifest&, const Manifest&) = default;
};

inline constexpr std::uint32_t manifest_chunk_size = 4u << 20;

}  // namespace drydock
