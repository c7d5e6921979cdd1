#pragma once
// The manifest of an image, as a release engineer makes it. Apart from manifest.hpp, so that what
// reads ISOs is not linked into root-helper. Any thread; blocks.
#include "runtime/artifact/image_file.hpp"
#include "runtime/artifact/manifest.hpp"

namespace drydock::artifact {

// Reads the image once, in blocks, and hashes it whole and by chunks.
Result<Manifest> build_manifest(const ImageFile& image, Version version,
                                const std::string& hardware,
                                std::string_view kind = slot_image_kind);

}  // namespace drydock::artifact
