#pragma once
// One turn of one machine as the journal keeps it. Event, keys and values are opaque bytes here.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.hpp"

namespace drydock::journal {

struct RowWrite {
  std::uint32_t table = 0;
  std::string key;
  std::string value;   // not stored when erase is set
  bool erase = false;  // the row goes away
  bool operator==(const RowWrite&) const = default;
};

// wall_trust as in the kernel's Turn: 0 unset, 1 plausible, 2 synchronised.
inline constexpr std::uint8_t wall_synchronised = 2;

struct Record {
  std::uint32_t machine = 0;        // which machine stepped
  std::uint32_t logic_version = 0;  // of its decisions
  std::int64_t up_ms = 0;           // boot time on the persisted base
  std::int64_t wall_ms = 0;         // UTC as believed
  std::uint8_t wall_trust = 0;
  std::uint64_t turn_no = 0;
  std::string event;
  std::uint64_t digest = 0;    // chain digest of state and effects, given by the shell
  std::vector<RowWrite> rows;  // the rows this turn touched, as they are after it
  std::string passing;         // what the machine keeps in no row, before the turn; often empty
  bool operator==(const Record&) const = default;
};

// An encoded record is at most this long; a longer one is our bug.
inline constexpr std::size_t record_bytes_max = 8u << 20;

std::string encode(const Record& record);
// Error malformed when bytes are cut short or of an unknown layout. A later release may append
// fields behind the rows; they are skipped here and kept on the disk.
Result<Record> decode(std::string_view bytes);

struct WallTime {
  std::int64_t ms = 0;
  std::uint8_t trust = 0;
};
// The wall time alone, without decoding the rest; retention walks many records.
Result<WallTime> wall_time_of(std::string_view bytes);

}  // namespace drydock::journal
