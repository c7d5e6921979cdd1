#pragma once
// A test hook: DRYDOCK_FAULT="journal.append=<n>:kill-before|kill-after|enospc|eio" makes the
// journal fail once at the n-th record appended since open. Read once, when the journal is opened.
#include <cstdint>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::journal {

enum class Fault { none, kill_before, kill_after, no_space, io_error };

struct FaultPoint {
  std::uint64_t nth = 0;  // 1 is the first record; 0 never
  Fault fault = Fault::none;

  // The fault when the n-th record is among records (before, last].
  Fault in_batch(std::uint64_t before, std::uint64_t last) const {
    return nth > before && nth <= last ? fault : Fault::none;
  }
};

// Entries are separated by commas; those of other rooms are skipped. Error refused on bad text.
Result<FaultPoint> parse_fault_point(std::string_view text);
Result<FaultPoint> fault_point_from_environment();

}  // namespace drydock::journal
