#include "runtime/artifact/build_manifest.hpp"

#include <fmt/format.h>

#include "runtime/trust/sha256.hpp"

namespace drydock::artifact {

Result<Manifest> build_manifest(const ImageFile& image, Version version,
                                const std::string& hardware, std::string_view kind) {
  Manifest manifest;
  manifest.kind = kind;
  manifest.version = version;
  manifest.hardware = hardware;
  manifest.chunk_size = manifest_chunk_size;
  trust::Sha256 whole, chunk;
  // One chunk at a time, so that memory is flat.
  while (manifest.chunk_sha256.size() <= chunks_max) {
    auto bytes = image.read(manifest_chunk_size, manifest.image_size);
    if (!bytes) return bytes.error();
    if (bytes->empty()) break;
    whole.update(*bytes);
    chunk.update(*bytes);
    manifest.chunk_sha256.push_back(chunk.finish());
    manifest.image_size += bytes->size();
    if (bytes->size() < manifest_chunk_size) break;
  }
  const bool all_read = manifest.chunk_sha256.size() <= chunks_max;
  if (all_read && manifest.image_size != image.size())
    return Error{ErrorKind::mismatch,
                 fmt::format("{} had {} bytes and {} when it was read: sign it when nobody "
                             "writes it any more",
                             image.name(), image.size(), manifest.image_size)};
  manifest.image_sha256 = whole.finish();
  if (auto s = check_manifest(manifest); !s) return s.error().in(image.name());
  return manifest;
}

}  // namespace drydock::artifact
