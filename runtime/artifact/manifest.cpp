#include "runtime/artifact/manifest.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "messages/codec.hpp"

namespace drydock::artifact {
namespace {

Error malformed(std::string text) { return {ErrorKind::malformed, "manifest: " + std::move(text)}; }

// Written so that it cannot overflow for any size.
std::uint64_t chunk_count(std::uint64_t size, std::uint32_t chunk_size) {
  return size / chunk_size + (size % chunk_size != 0 ? 1 : 0);
}

}  // namespace

Status check_manifest(const Manifest& manifest) {
  if (manifest.kind != slot_image_kind)
    return malformed(fmt::format("kind is \"{}\"; this release of Drydock installs \"{}\"",
                                 manifest.kind.substr(0, 32), slot_image_kind));
  if (manifest.version == Version{}) return malformed("version is missing");
  if (manifest.hardware.empty() || manifest.hardware.size() > hardware_name_max)
    return malformed(fmt::format("hardware must have 1 to {} bytes", hardware_name_max));
  if (manifest.image_size == 0 || manifest.image_size > image_size_max)
    return malformed(
        fmt::format("image_size is {}, outside 1 to {}", manifest.image_size, image_size_max));
  if (!std::has_single_bit(manifest.chunk_size) || manifest.chunk_size < chunk_size_min ||
      manifest.chunk_size > chunk_size_max)
    return malformed(fmt::format("chunk_size is {}, not a power of two from {} to {}",
                                 manifest.chunk_size, chunk_size_min, chunk_size_max));
  const std::uint64_t chunks = chunk_count(manifest.image_size, manifest.chunk_size);
  if (chunks > chunks_max)
    return malformed(fmt::format("{} chunks, more than {}", chunks, chunks_max));
  if (manifest.chunk_sha256.size() != chunks)
    return malformed(
        fmt::format("{} chunk hashes for {} chunks", manifest.chunk_sha256.size(), chunks));
  return Done{};
}

Result<Manifest> read_manifest(std::string_view payload) {
  if (payload.size() > manifest_bytes_max)
    return malformed(fmt::format("larger than {} bytes", manifest_bytes_max));
  Manifest manifest;
  if (!decode_from(payload, manifest)) return malformed("its bytes do not parse");
  if (auto s = check_manifest(manifest); !s) return s.error();
  return manifest;
}

Status check_fits(const Manifest& manifest, std::uint64_t slot_size, Slot slot) {
  if (manifest.image_size <= slot_size) return Done{};
  return Error{ErrorKind::no_space,
               fmt::format("the image of {} bytes does not fit into slot {} of {} bytes",
                           manifest.image_size, name_of(slot), slot_size)};
}

std::uint64_t chunk_offset(const Manifest& manifest, std::uint32_t chunk) {
  return std::uint64_t{chunk} * manifest.chunk_size;
}

std::uint32_t chunk_length(const Manifest& manifest, std::uint32_t chunk) {
  const std::uint64_t offset = chunk_offset(manifest, chunk);
  ASSERT(offset < manifest.image_size);
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(manifest.chunk_size, manifest.image_size - offset));
}

}  // namespace drydock::artifact
