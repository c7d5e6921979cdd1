#include "runtime/artifact/slot_content.hpp"

#include <array>

#include <fmt/format.h>

namespace drydock::artifact {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view bytes, std::size_t at, std::string_view mark) {
  return bytes.size() >= at + mark.size() && bytes.substr(at, mark.size()) == mark;
}

// Magic numbers as file(1) knows them.
struct Known {
  std::size_t at;
  std::string_view mark, is;
};
constexpr std::array no_slots = {
    Known{512, "EFI PART"sv, "a whole disk, not the image of one slot"},
    Known{0, "QFI\xfb"sv, "a disk of QEMU, not the image of one slot"},
    Known{0, "\x1f\x8b"sv, "packed with gzip; unpack it first"},
    Known{0,
          "\xfd"
          "7zXZ\0"sv,
          "packed with xz; unpack it first"},
    Known{0, "\x28\xb5\x2f\xfd"sv, "packed with zstd; unpack it first"},
    Known{0, "\x37\xe4\x53\x96\xc9\xdb\xd6\x07"sv, "packed with zisofs; leave it as it is"},
};

// squashfs 4.0: the number of its compressor, 16 bits at 20.
constexpr std::array<std::string_view, 7> compressors = {"?",  "gzip", "lzma", "lzo",
                                                         "xz", "lz4",  "zstd"};

Result<std::string> squashfs(std::string_view begin, const std::string& path) {
  const std::size_t number =
      begin.size() < 22 || begin[21] != 0 ? 0 : static_cast<unsigned char>(begin[20]);
  const auto name = number < compressors.size() ? compressors[number] : compressors[0];
  if (name == "gzip" || name == "xz") return fmt::format("squashfs ({})", name);
  return Error{ErrorKind::refused,
               fmt::format("{} is a squashfs packed with {}, which GRUB cannot read in a slot: "
                           "pack it with gzip or xz",
                           path, name)};
}

}  // namespace

Result<std::string> slot_content(std::string_view begin, const std::string& path) {
  if (begin.empty()) return Error{ErrorKind::malformed, path + " is empty"};
  for (const Known& known : no_slots)
    if (has(begin, known.at, known.mark))
      return Error{ErrorKind::refused, fmt::format("{} is {}", path, known.is)};
  if (has(begin, 0, "hsqs")) return squashfs(begin, path);
  if (has(begin, 1080, "\x53\xef")) return std::string("ext4");  // ext2 and ext3 look the same
  return std::string("unknown");
}

}  // namespace drydock::artifact
