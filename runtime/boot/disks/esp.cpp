#include "runtime/boot/disks/esp.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include "runtime/files/files.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t mounts_max = 1u << 20;  // bytes
constexpr std::size_t record_max = 64u << 10;
// UEFI specification 2.10, table 5-7; the property is udev's builtin blkid's.
constexpr std::string_view esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view type_property = "E:ID_PART_ENTRY_TYPE=";

struct Mount {
  std::string_view device, root, folder, type;
};

std::string_view take_word(std::string_view& line) {
  const auto end = line.find(' ');
  const auto word = line.substr(0, end);
  line.remove_prefix(end == line.npos ? line.size() : end + 1);
  return word;
}

// id parent major:minor root folder options [optional fields] - type source super-options
Mount read_mount(std::string_view line) {
  Mount mount;
  take_word(line), take_word(line);
  mount.device = take_word(line);
  mount.root = take_word(line);
  mount.folder = take_word(line);
  const auto dash = line.find(" - ");
  if (dash == line.npos) return mount;
  line.remove_prefix(dash + 3);
  mount.type = take_word(line);
  return mount;
}

std::optional<Mount> mounted_at(std::string_view mountinfo, std::string_view folder) {
  std::optional<Mount> found;  // a later mount covers an earlier one
  while (!mountinfo.empty()) {
    const auto line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    if (const Mount mount = read_mount(line); mount.folder == folder) found = mount;
  }
  return found;
}

Error refused(std::string_view folder, std::string_view why) {
  return {ErrorKind::refused,
          fmt::format("{} {}; mount the ESP there before the boot state is written", folder, why)};
}

// A remount says every option of the mount again, or drops it.
unsigned long options_of(const std::string& folder) {
  struct statvfs about {};
  if (::statvfs(folder.c_str(), &about) != 0) return MS_NOSUID | MS_NODEV;
  constexpr std::array<std::pair<unsigned long, unsigned long>, 6> options = {
      {{ST_NOSUID, MS_NOSUID},
       {ST_NODEV, MS_NODEV},
       {ST_NOEXEC, MS_NOEXEC},
       {ST_NOATIME, MS_NOATIME},
       {ST_NODIRATIME, MS_NODIRATIME},
       {ST_RELATIME, MS_RELATIME}}};
  unsigned long flags = 0;
  for (const auto& [is, flag] : options)
    if ((about.f_flag & is) != 0) flags |= flag;
  return flags;
}

bool remount(const std::string& folder, unsigned long access) {
  const unsigned long flags = MS_REMOUNT | options_of(folder) | access;
  return ::mount(nullptr, folder.c_str(), nullptr, flags, nullptr) == 0;
}

// Where the kernel keeps what it knows of a partition: a folder in that of its disk.
Result<std::string> place_below_sys(dev_t device) {
  const auto link = fmt::format("/sys/dev/block/{}:{}", major(device), minor(device));
  std::array<char, PATH_MAX> place{};
  if (::realpath(link.c_str(), place.data()) == nullptr) return files::last_error("finding", link);
  return std::string(place.data());
}

Status check_disk(dev_t esp, const std::string& slot_path) {
  struct stat slot {};
  if (::stat(slot_path.c_str(), &slot) != 0) return files::last_error("finding", slot_path);
  if (!S_ISBLK(slot.st_mode)) return Done{};
  const auto one = place_below_sys(esp), two = place_below_sys(slot.st_rdev);
  if (!one) return one.error();
  if (!two) return two.error();
  return check_same_disk(*one, *two);
}

// Without udev, as in the tiny image, the label is all there is.
Status check_type(const EspPlace& place, DeviceNumber device) {
  struct stat about {};
  if (::stat((place.udev + "/control").c_str(), &about) != 0 && errno == ENOENT) return Done{};
  const auto path = fmt::format("{}/data/b{}:{}", place.udev, device.major, device.minor);
  const auto record = files::read(path, record_max);
  if (!record) return record.error().in("the ESP's type");
  return check_esp_type(*record);
}

// Without a device to compare with: is anything mounted there at all?
Status check_any_mount(const std::string& folder) {
  struct stat here {
  }, parent{};
  if (::stat(folder.c_str(), &here) != 0) return files::last_error("finding", folder);
  if (::stat((folder + "/..").c_str(), &parent) != 0) return files::last_error("finding", folder);
  if (here.st_dev == parent.st_dev) return refused(folder, "is not mounted");
  return Done{};
}

}  // namespace

Status check_esp_mount(std::string_view mountinfo, std::string_view folder, DeviceNumber device) {
  const auto mount = mounted_at(mountinfo, folder);
  if (!mount) return refused(folder, "is not mounted");
  if (mount->type != "vfat")
    return refused(folder, fmt::format("holds {}, not the FAT of an ESP", mount->type));
  if (mount->root != "/") return refused(folder, "holds a folder of a FAT, not its root");
  if (mount->device != fmt::format("{}:{}", device.major, device.minor))
    return Error{ErrorKind::mismatch,
                 fmt::format("{} holds the FAT of device {}, but the ESP is {}:{}; mount that one",
                             folder, mount->device, device.major, device.minor)};
  return Done{};
}

Status check_same_disk(std::string_view esp, std::string_view slot) {
  if (esp.substr(0, esp.rfind('/')) == slot.substr(0, slot.rfind('/'))) return Done{};
  return Error{ErrorKind::mismatch,
               fmt::format("the ESP ({}) is on another disk than the slots ({}); remove the other "
                           "disk, or mount the ESP of this one",
                           esp, slot)};
}

Status check_esp_type(std::string_view record) {
  std::string_view type = "none";
  while (!record.empty()) {
    const auto line = record.substr(0, record.find('\n'));
    record.remove_prefix(std::min(line.size() + 1, record.size()));
    if (line.starts_with(type_property)) type = line.substr(type_property.size());
  }
  if (type == esp_type) return Done{};
  return Error{
      ErrorKind::mismatch,
      fmt::format("the partition labelled ESP has type {} in the disk's table, not {} (EFI "
                  "System); set the type, or take the label from it",
                  type, esp_type)};
}

Result<EspWindow> EspWindow::open(const EspPlace& place) {
  if (!place.is_mount) return EspWindow({});
  struct stat device {};
  if (::stat(place.device.c_str(), &device) != 0)
    return files::last_error("finding", place.device).in("the ESP's partition");
  if (!S_ISBLK(device.st_mode)) {
    if (auto s = check_any_mount(place.folder); !s) return s.error();
    return EspWindow({});
  }
  const auto mounts = files::read(place.mounts, mounts_max);
  if (!mounts) return mounts.error();
  const DeviceNumber number{major(device.st_rdev), minor(device.st_rdev)};
  if (auto s = check_esp_mount(*mounts, place.folder, number); !s) return s.error();
  if (auto s = check_type(place, number); !s) return s.error();
  if (auto s = check_disk(device.st_rdev, place.slot); !s) return s.error();
  if (!remount(place.folder, 0)) return files::last_error("making writable", place.folder);
  return EspWindow(place.folder);
}

EspWindow::EspWindow(EspWindow&& other) noexcept : folder_(std::move(other.folder_)) {
  other.folder_.clear();
}

// What was written is synced by now. Should this fail, the next window tries it again: no state
// depends on it.
EspWindow::~EspWindow() {
  if (!folder_.empty()) (void)remount(folder_, MS_RDONLY);
}

}  // namespace drydock::boot
