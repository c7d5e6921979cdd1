#pragma once
// One 512-byte file on the ESP (FAT), as one sector that is only ever overwritten in place. A
// rename on FAT is not crash-safe; an in-place write of one sector with a flush is. Blocking, any
// thread.
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::boot {

// The file's bytes; malformed when it has any length but block_size.
Result<std::string> read_sector(const std::string& path);

// Overwrites the file's 512 bytes, flushes, and reads them back past the page cache where the
// filesystem can (mismatch when they differ). A missing file, or one of another length, is made
// anew.
Status write_sector(const std::string& path, std::string_view bytes);

}  // namespace drydock::boot
