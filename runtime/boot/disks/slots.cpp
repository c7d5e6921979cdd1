#include "runtime/boot/disks/slots.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include <fmt/format.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t proc_file_max = 1u << 20;

// Calls take(word) for each piece between blanks and line ends.
template <class Take>
void each_word(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const auto end = text.find_first_of(" \n");
    if (const auto word = text.substr(0, end); !word.empty()) take(word);
    if (end == text.npos) return;
    text.remove_prefix(end + 1);
  }
}

std::optional<unsigned> digit(std::string_view text) {
  if (text.size() != 1 || text[0] < '0' || text[0] > '9') return std::nullopt;
  return static_cast<unsigned>(text[0] - '0');
}

// Calls take("major:minor", mount point) for each mount.
// Fields: proc(5), mountinfo: id, parent, major:minor, root, mount point, ...
template <class Take>
void each_mount(std::string_view mountinfo, Take&& take) {
  while (!mountinfo.empty()) {
    const auto line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    std::string_view words[5];
    std::size_t count = 0;
    each_word(line, [&](std::string_view word) {
      if (count < 5) words[count++] = word;
    });
    if (count == 5) take(words[2], words[4]);
  }
}

// "major:minor" of a slot's partition; empty for a plain file.
std::string device_of(const SlotLayout& layout, Slot slot) {
  struct stat about {};
  if (::stat(layout.slot_path(slot).c_str(), &about) != 0 || !S_ISBLK(about.st_mode)) return {};
  return fmt::format("{}:{}", major(about.st_rdev), minor(about.st_rdev));
}

}  // namespace

Slot slot_in_mounts(std::string_view mountinfo, const std::string& a, const std::string& b) {
  const auto slot_of = [&](std::string_view device) {
    return device == a ? Slot::a : device == b ? Slot::b : Slot::none;
  };
  Slot root = Slot::none;
  bool seen_a = false, seen_b = false;
  each_mount(mountinfo, [&](std::string_view device, std::string_view folder) {
    const Slot slot = slot_of(device);
    if (folder == "/") root = slot;  // a later mount covers an earlier one
    seen_a |= slot == Slot::a;
    seen_b |= slot == Slot::b;
  });
  if (root != Slot::none) return root;
  return seen_a == seen_b ? Slot::none : seen_a ? Slot::a : Slot::b;
}

namespace {

Slot mounted_slot(const SlotLayout& layout) {
  const auto mountinfo = files::read(layout.mounts, proc_file_max);
  if (!mountinfo) return Slot::none;
  return slot_in_mounts(*mountinfo, device_of(layout, Slot::a), device_of(layout, Slot::b));
}

}  // namespace

const std::string& SlotLayout::slot_path(Slot slot) const {
  ASSERT(slot != Slot::none);
  return slot == Slot::a ? slot_a : slot_b;
}

BootArguments parse_boot_arguments(std::string_view command_line) {
  BootArguments out;
  each_word(command_line, [&](std::string_view word) {
    if (word == "ab.partition=A") out.slot = Slot::a;
    if (word == "ab.partition=B") out.slot = Slot::b;
    if (word.starts_with("ab.tries_left=")) out.tries_left = digit(word.substr(14));
    if (word.starts_with("ab.fallback=")) out.fallback = digit(word.substr(12));
    if (word == "ab.trial=1") out.trial = true;
    if (word == "ab.stub=A") out.stub = Slot::a;
    if (word == "ab.stub=B") out.stub = Slot::b;
  });
  return out;
}

Result<BootArguments> boot_arguments(const SlotLayout& layout) {
  auto text = files::read(layout.command_line, proc_file_max);
  if (!text) return text.error();
  return parse_boot_arguments(*text);
}

Result<Slot> active_slot(const SlotLayout& layout, const std::optional<BootState>& state) {
  const auto arguments = boot_arguments(layout);
  Slot said = arguments ? arguments->slot : Slot::none;
  if (said == Slot::none && state && state->trial == Slot::none) said = state->good;
  const Slot mounted = mounted_slot(layout);
  if (said == Slot::none) said = mounted;
  if (said == Slot::none)
    return Error{
        ErrorKind::not_found,
        fmt::format("cannot tell which slot runs: {} has no ab.partition=, and neither the "
                    "boot state nor the mounts tell",
                    layout.command_line)};
  if (mounted != Slot::none && mounted != said)
    return Error{ErrorKind::mismatch,
                 fmt::format("the boot names slot {}, but slot {} is mounted; nothing is "
                             "written until they agree",
                             name_of(said), name_of(mounted))};
  return said;
}

Result<files::UniqueFd> open_slot(const SlotLayout& layout, Slot slot) {
  const std::string& path = layout.slot_path(slot);
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return files::last_error("finding", path);
  if (S_ISBLK(about.st_mode)) {
    // O_EXCL on a partition fails while it is mounted. It is only asked here: kept, it would lock
    // out the next session while the last one's descriptor is still open.
    auto unmounted = files::open(path, O_RDONLY | O_EXCL);
    if (!unmounted && errno == EBUSY)
      return Error{ErrorKind::refused, fmt::format("slot {} ({}) is mounted", name_of(slot), path)};
    if (!unmounted) return unmounted.error();
  } else if (!S_ISREG(about.st_mode)) {
    return Error{ErrorKind::refused, fmt::format("{} is neither a partition nor a file", path)};
  }
  return files::open(path, O_RDWR);
}

Result<std::uint64_t> slot_size(const SlotLayout& layout, Slot slot) {
  const std::string& path = layout.slot_path(slot);
  auto fd = files::open(path, O_RDONLY);
  if (!fd) return fd.error();
  struct stat about {};
  if (::fstat(fd->get(), &about) != 0) return files::last_error("finding", path);
  if (!S_ISBLK(about.st_mode)) return static_cast<std::uint64_t>(about.st_size);
  std::uint64_t size = 0;
  if (::ioctl(fd->get(), BLKGETSIZE64, &size) != 0) return files::last_error("measuring", path);
  return size;
}

Status set_read_only(int slot_fd, bool read_only) {
  struct stat about {};
  if (::fstat(slot_fd, &about) != 0) return files::last_error("finding", "the slot");
  if (!S_ISBLK(about.st_mode)) return Done{};
  const int flag = read_only ? 1 : 0;
  if (::ioctl(slot_fd, BLKROSET, &flag) != 0) return files::last_error("protecting", "the slot");
  return Done{};
}

Result<BootId> current_boot(const SlotLayout& layout) {
  auto text = files::read(layout.boot_id, 256);
  if (!text) return text.error();
  std::string digits;
  for (const char c : *text)
    if (c != '-' && c != '\n' && digits.size() < 16) digits += c;
  BootId boot;
  if (!read_hex(digits, boot.value) || !boot)
    return Error{ErrorKind::malformed, fmt::format("{} does not hold a boot id", layout.boot_id)};
  return boot;
}

}  // namespace drydock::boot
