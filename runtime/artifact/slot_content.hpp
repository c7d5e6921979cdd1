#pragma once
// What an image is, by its first bytes: could the boot stub read it in a slot? Pure.
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::artifact {

inline constexpr std::size_t content_bytes = 4096;  // of an image's begin that are looked at

// "ext4", "squashfs (gzip)"; "unknown" for bytes that are no kind we know: an appliance's own
// firmware may read them. Refused, saying what to give instead: what is known and no slot, such as
// a whole disk, a packed file, or a squashfs that GRUB 2.06 cannot read.
Result<std::string> slot_content(std::string_view begin, const std::string& path);

}  // namespace drydock::artifact
