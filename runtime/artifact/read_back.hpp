#pragma once
// The last word on an install: the slot's bytes as the disk has them, against the signed hash.
#include "messages/manifest.hpp"
#include "runtime/result.hpp"

namespace drydock::artifact {

// Reads the image's length from the start of fd (a slot, open for reading) past the page cache, in
// blocks, and hashes it. Errors: mismatch, naming the first chunk that differs; io. The manifest
// passed check_manifest. Blocks for as long as the disk takes; memory is one block.
Status read_back(int fd, const Manifest& manifest);

}  // namespace drydock::artifact
