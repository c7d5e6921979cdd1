#pragma once
// Where a file of an ISO 9660 volume lies (ECMA-119, the primary volume's top folder only). No byte
// of the volume is trusted: what is damaged, cut off or of another shape is malformed, and says
// where. Any thread; blocks while reading.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.hpp"

namespace drydock::artifact {

struct Extent {  // bytes of a file, one after the other
  std::uint64_t offset = 0, length = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

inline constexpr std::uint32_t iso_sector = 2048;            // bytes; the only block size accepted
inline constexpr std::uint64_t iso_begin = 16 * iso_sector;  // of its first descriptor
inline constexpr unsigned iso_descriptors_max = 32;
inline constexpr std::uint32_t iso_folder_bytes_max = 1u << 20;  // of the top folder
inline constexpr std::size_t iso_extents_max = 256;              // each below 4 GiB

// Whether these are the first bytes at iso_begin of such a volume.
bool is_iso_descriptor(std::string_view bytes);

// The extents of the top folder's file of this name; upper and lower case are the same there.
// `size` is the file's. not_found names what else the folder holds.
Result<std::vector<Extent>> find_in_iso(int fd, std::uint64_t size, std::string_view name,
                                        const std::string& path);

}  // namespace drydock::artifact
