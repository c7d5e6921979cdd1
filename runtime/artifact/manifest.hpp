#pragma once
// The release manifest: what makes one acceptable, and what it says. Whether it is signed by the
// release key is runtime/trust's question; ask it first. Any thread.
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/manifest.hpp"
#include "runtime/result.hpp"

namespace drydock::artifact {

inline constexpr std::string_view slot_image_kind = "slot-image";
inline constexpr std::uint64_t image_size_max = std::uint64_t{1} << 40;  // bytes
inline constexpr std::size_t chunks_max = 65'536;
inline constexpr std::uint32_t chunk_size_min = 64u << 10;  // bytes; both powers of two
inline constexpr std::uint32_t chunk_size_max = 16u << 20;
inline constexpr std::size_t hardware_name_max = 64;  // bytes
inline constexpr std::size_t manifest_bytes_max = 4u << 20;

// Malformed, saying which field, unless every number is in range and there is exactly one hash for
// each chunk. Everything below relies on a manifest that passed.
Status check_manifest(const Manifest& manifest);

// Decodes the payload of a manifest envelope whose signature was verified, and checks it.
Result<Manifest> read_manifest(std::string_view payload);

// no_space when the image is larger than the slot.
Status check_fits(const Manifest& manifest, std::uint64_t slot_size, Slot slot);

// Where a chunk lies in the image, in bytes. `chunk` is below the number of chunks.
std::uint64_t chunk_offset(const Manifest& manifest, std::uint32_t chunk);
std::uint32_t chunk_length(const Manifest& manifest, std::uint32_t chunk);

}  // namespace drydock::artifact
