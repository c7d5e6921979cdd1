#pragma once
// What BootClock keeps on disk: two copies of one 512-byte record, overwritten in place, each with
// a check of its content. A cut spoils one copy at most; the younger whole one counts. Every
// function blocks on the disk.
#include <optional>
#include <string>

#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::clock {

struct Base {
  std::string boot_id;  // of the boot the other two belong to
  Duration ahead;       // up = CLOCK_BOOTTIME + ahead during that boot; may be negative
  Instant promised;     // nothing handed out in that boot lies above
};

// The copy with the highest promise; none when both are missing, torn or foreign.
std::optional<Base> read_base(const std::string& folder);

// Writes and syncs both copies, one after the other.
Status write_base(const std::string& folder, const Base& base);

// A boot id is 1 to 64 letters, digits and dashes.
bool is_boot_id(std::string_view text);

}  // namespace drydock::clock
