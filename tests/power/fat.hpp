#pragma once
// Reads a FAT32 filesystem as a boot loader does, and says what a checker would complain of: a file
// whose clusters are free, shared, missing or too many, or two tables that differ. Clusters that no
// file owns are not counted: they cost space and harm nobody.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace drydock::power {

// The 512 bytes of a sector, counted from the start of the filesystem.
using Sectors = std::function<const std::uint8_t*(std::uint64_t sector)>;

struct FatView {
  std::map<std::string, std::string> files;  // in the root folder, up to file_bytes_kept each
  std::vector<std::string> damage;
};

inline constexpr std::size_t file_bytes_kept = 4096;

FatView look_at_fat(const Sectors& sectors, std::uint64_t sector_count);

}  // namespace drydock::power
