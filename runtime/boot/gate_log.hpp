#pragma once
// update/gate.log: the health gate's own append-only memory, on the data partition that both slots
// share. health-gate appends; the agent imports each record exactly once, by its sequence; and
// root-helper commits a trial only when it finds a passed verdict here.
// At most gate_log_records records; then gate.log becomes gate.log.1 and the chain goes on in a new
// file. Blocking, any thread; appenders of several processes take turns by a lock on the folder.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/boot/gate_record.hpp"

namespace drydock::boot {

inline constexpr std::size_t gate_log_records = 4096;  // 2 MiB

struct GateLogRead {
  std::vector<GateRecord> records;  // in order of sequence
  // Where and why reading stopped early, or where the chain has a gap. The records are good anyway.
  std::optional<Error> damage;
};

class GateLog {
 public:
  // folder: the data folder's "update"; it must exist before the first append.
  explicit GateLog(std::string folder, std::size_t records_per_file = gate_log_records);

  // Durable when it returns; answers the sequence given. `sequence` and `previous` of the argument
  // are ignored. A torn record at the end (a cut during an append) is written over; when records in
  // the middle are damaged, the file is set aside as gate.log.damaged and a new one begun.
  Result<std::uint64_t> append(GateRecord record);

  // The records from this sequence on, of both files. A missing log is an empty one. Within a file
  // reading stops at the first record that is damaged or out of the chain.
  Result<GateLogRead> read(std::uint64_t from = 1) const;

 private:
  std::string path() const { return folder_ + "/gate.log"; }
  std::string older_path() const { return folder_ + "/gate.log.1"; }
  Status write(const GateRecord& record, std::uint64_t offset);

  std::string folder_;
  std::size_t records_per_file_;
};

}  // namespace drydock::boot
