#pragma once
// What QEMU's blklogwrites recorded: every write and flush of a disk, in order. The format is that
// of Linux's dm-log-writes: a superblock, then entries {sector, sectors, flags, data length}, each
// padded to one sector and followed by its data.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/result.hpp"

namespace drydock::power {

inline constexpr std::size_t sector_bytes = 512;

struct Entry {
  std::uint64_t sector;
  std::span<const std::uint8_t> data;  // whole sectors; empty for a flush
  bool flush;                          // everything before it is durable
  bool forced;                         // its own data is durable at once (FUA)
};

struct WriteLog {
  std::string bytes;
  std::vector<Entry> entries;
};

Result<WriteLog> read_write_log(const std::string& path);

}  // namespace drydock::power
