#pragma once
// A disk image in memory, changed copy-on-write; and what may be wrong with one that a power cut
// left: the ESP, the boot states, and whether the slot and the boot stub that GRUB would start are
// whole.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/boot/boot_tries.hpp"
#include "runtime/result.hpp"
#include "tests/power/write_log.hpp"

namespace drydock::power {

struct Range {  // in sectors
  std::uint64_t start, count;
  bool holds(std::uint64_t sector) const { return sector - start < count; }
};

// Private memory over a file: changes never reach it.
class Image {
 public:
  static Result<Image> map(const std::string& path);
  std::uint8_t* sector(std::uint64_t n) const { return bytes_ + n * sector_bytes; }
  std::uint64_t sectors() const { return sectors_; }

 private:
  std::uint8_t* bytes_ = nullptr;
  std::uint64_t sectors_ = 0;
};

inline constexpr std::size_t places = 4;  // slot A, slot B, and the boot stubs A and B in the ESP
inline constexpr std::size_t first_stub = 2;

struct Layout {
  Range esp;
  std::array<Range, places> ranges;
  std::array<std::optional<Image>, places> images;  // what is there when it is whole
};

// Sectors that are not (yet) on the medium, over it.
using Overlay = std::unordered_map<std::uint64_t, const std::uint8_t*>;

class Disk {
 public:
  Disk(Image medium, const Layout& layout);

  void write(std::uint64_t sector, const std::uint8_t* data);  // true when it changed something
  const std::uint8_t* read(std::uint64_t sector) const { return medium_.sector(sector); }
  // Everything that is wrong with the medium under this overlay.
  std::vector<std::string> check(const Overlay& over) const;
  const Image& medium() const { return medium_; }

 private:
  struct Esp {
    std::vector<std::string> damage;
    std::array<std::size_t, 2> starts{};  // which stub and which slot, as places
    std::array<std::string, 2> says;
  };
  Esp look(const Overlay& over) const;
  std::int64_t differs(std::size_t place, std::uint64_t sector, const std::uint8_t* data) const;

  Image medium_;
  const Layout& layout_;
  std::array<std::int64_t, places> differing_{};  // sectors of each that are not the image's
  mutable std::optional<Esp> esp_;  // of the medium alone; forgotten when the ESP changes
};

}  // namespace drydock::power
