#include "runtime/artifact/iso9660.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "runtime/files/files.hpp"

namespace drydock::artifact {
namespace {

constexpr std::string_view identifier = "CD001";
constexpr unsigned char primary = 1, terminator = 255;  // types of a descriptor
// Flags of a record.
constexpr unsigned char is_folder = 0x02, is_associated = 0x04, goes_on = 0x80;
constexpr std::size_t record_name = 33;  // where it begins
constexpr std::size_t names_shown_max = 8;

struct Volume {
  int fd;
  std::uint64_t size;  // of the file
  const std::string& path;

  Error damaged(const std::string& what) const {
    return {ErrorKind::malformed,
            fmt::format("{} is a damaged ISO: {}; build or copy it again", path, what)};
  }
  Result<std::string> read(std::uint64_t offset, std::size_t length) const {
    auto bytes = files::read_at(fd, length, offset, path);
    if (!bytes || bytes->size() == length) return bytes;
    return damaged(fmt::format("it ends at byte {}, and {} more are wanted from {}", size,
                               length - bytes->size(), offset));
  }
};

unsigned char byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// A number that stands there twice, the second time with its high byte first; nothing when the two
// differ.
std::optional<std::uint32_t> number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint32_t little = 0, big = 0;
  for (std::size_t i = 0; i < width; ++i) {
    little |= std::uint32_t{byte(bytes, at + i)} << (8 * i);
    big = (big << 8) | byte(bytes, at + width + i);
  }
  return little == big ? std::optional(little) : std::nullopt;
}

struct Record {
  unsigned char flags = 0;
  Extent where;
  std::string name;  // as it stands there; one byte 0 or 1 for the folder itself and its parent
};

Result<Record> read_record(const Volume& volume, std::string_view bytes) {
  const std::size_t name_bytes = byte(bytes, 32);
  if (record_name + name_bytes > bytes.size()) return volume.damaged("a name exceeds its record");
  const auto block = number(bytes, 2, 4), length = number(bytes, 10, 4);
  if (!block || !length) return volume.damaged("a record's two copies of a number differ");
  Record record;
  record.flags = byte(bytes, 25);
  record.where = {std::uint64_t{*block} * iso_sector, *length};
  record.name = bytes.substr(record_name, name_bytes);
  if (byte(bytes, 1) != 0 || byte(bytes, 26) != 0 || byte(bytes, 27) != 0)
    return volume.damaged("a file lies interleaved or with extended attributes");
  if (record.where.offset > volume.size || record.where.length > volume.size - record.where.offset)
    return volume.damaged(fmt::format("a file ends at byte {}, the ISO at {}",
                                      record.where.offset + record.where.length, volume.size));
  return record;
}

Result<std::string> primary_descriptor(const Volume& volume) {
  for (unsigned n = 0; n < iso_descriptors_max; ++n) {
    auto bytes = volume.read(iso_begin + std::uint64_t{n} * iso_sector, iso_sector);
    if (!bytes) return bytes;
    if (!is_iso_descriptor(*bytes))
      return volume.damaged(fmt::format("volume descriptor {} is none", n));
    if (byte(*bytes, 0) == primary) return bytes;
    if (byte(*bytes, 0) == terminator) break;
  }
  return volume.damaged("it has no primary volume descriptor");
}

// The bytes of the top folder.
Result<std::string> top_folder(const Volume& volume) {
  const auto descriptor = primary_descriptor(volume);
  if (!descriptor) return descriptor;
  const auto blocks = number(*descriptor, 80, 4), block = number(*descriptor, 128, 2);
  if (!blocks || !block) return volume.damaged("its descriptor's two copies of a number differ");
  if (*block != iso_sector)
    return volume.damaged(fmt::format("its blocks have {} bytes, not {}", *block, iso_sector));
  const std::uint64_t said = std::uint64_t{*blocks} * iso_sector;
  if (said > volume.size)
    return volume.damaged(fmt::format("it is cut off, with {} of {} bytes", volume.size, said));
  const auto root = read_record(volume, std::string_view(*descriptor).substr(156, 34));
  if (!root) return root.error();
  if ((root->flags & is_folder) == 0 || root->where.length % iso_sector != 0)
    return volume.damaged("its top folder is none");
  if (root->where.length > iso_folder_bytes_max)
    return volume.damaged(fmt::format("its top folder has {} bytes, more than {}",
                                      root->where.length, iso_folder_bytes_max));
  return volume.read(root->where.offset, root->where.length);
}

Result<std::vector<Record>> files_of(const Volume& volume, std::string_view folder) {
  std::vector<Record> files;
  for (std::size_t at = 0; at < folder.size();) {
    const std::size_t length = byte(folder, at);
    const std::size_t left = iso_sector - at % iso_sector;  // a record never crosses a sector
    if (length == 0) {
      at += left;
      continue;
    }
    if (length <= record_name || length > left)
      return volume.damaged("a record of its top folder has a wrong length");
    auto record = read_record(volume, folder.substr(at, length));
    if (!record) return record.error();
    if ((record->flags & (is_folder | is_associated)) == 0) files.push_back(std::move(*record));
    at += length;
  }
  return files;
}

// "SLOT.IMG;1" is slot.img, and "README.;1" is readme.
std::string plain(std::string_view name) {
  std::string text(name.substr(0, name.find(';')));
  if (text.ends_with('.')) text.pop_back();
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

Error not_there(const std::vector<Record>& files, std::string_view name, const std::string& path) {
  std::string others;
  for (std::size_t i = 0; i < files.size() && i < names_shown_max; ++i)
    others += (i == 0 ? "" : ", ") + plain(files[i].name);
  if (files.size() > names_shown_max) others += ", ...";
  return {ErrorKind::not_found,
          fmt::format("{} holds no /{}, which is what goes into a slot; its top folder holds {}",
                      path, name, others.empty() ? "no file" : others)};
}

}  // namespace

bool is_iso_descriptor(std::string_view bytes) {
  return bytes.size() >= 7 && bytes.substr(1, identifier.size()) == identifier &&
         byte(bytes, 6) == 1;
}

Result<std::vector<Extent>> find_in_iso(int fd, std::uint64_t size, std::string_view name,
                                        const std::string& path) {
  const Volume volume{fd, size, path};
  const auto folder = top_folder(volume);
  if (!folder) return folder.error();
  const auto files = files_of(volume, *folder);
  if (!files) return files.error();
  std::vector<Extent> extents;
  bool open = false;  // the last record said that the file goes on in the next
  for (const Record& file : *files) {
    const bool ours = plain(file.name) == name;
    if (open && !ours) return volume.damaged(fmt::format("/{} goes on nowhere", name));
    if (!ours) continue;
    if (!extents.empty() && !open) return volume.damaged(fmt::format("it has two /{}", name));
    if (extents.size() == iso_extents_max)
      return volume.damaged(fmt::format("/{} has more than {} parts", name, iso_extents_max));
    open = (file.flags & goes_on) != 0;
    if (open && file.where.length % iso_sector != 0)
      return volume.damaged(fmt::format("a part of /{} ends inside a sector", name));
    extents.push_back(file.where);
  }
  if (extents.empty()) return not_there(*files, name, path);
  if (open) return volume.damaged(fmt::format("/{} goes on nowhere", name));
  return extents;
}

}  // namespace drydock::artifact
