#pragma once
// A file as the disk has it, and not as the page cache remembers it.
#include <string>

#include "runtime/result.hpp"

namespace drydock::boot {

// At most `limit` bytes from the beginning: with O_DIRECT where the filesystem takes it, else after
// the cached pages were dropped. Blocking, any thread.
Result<std::string> read_past_cache(const std::string& path, std::size_t limit);

}  // namespace drydock::boot
