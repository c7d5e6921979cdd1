#pragma once
// The ESP before and after a write. It is mounted read-only, so that nothing but a write of the
// boot state ever makes it dirty; and whatever is mounted there instead is not written. Blocking;
// one thread, since a remount is the whole process's.
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.hpp"

namespace drydock::boot {

struct EspPlace {
  std::string folder;
  bool is_mount = false;  // false: a plain folder plays the ESP; nothing is checked or remounted
  std::string device = "/dev/disk/by-partlabel/ESP";
  std::string slot = "/dev/disk/by-partlabel/MSP-A";  // the ESP is on the same disk
  std::string mounts = "/proc/self/mountinfo";
  std::string udev = "/run/udev";
};

struct DeviceNumber {
  std::uint32_t major = 0, minor = 0;
};

// Is this device's FAT, from its root on, what is mounted at `folder`? Fields: proc(5), mountinfo.
// refused: nothing, a part of a filesystem, or another type is mounted there; mismatch: another
// device.
Status check_esp_mount(std::string_view mountinfo, std::string_view folder, DeviceNumber device);

// "/sys/devices/../nvme0n1" of "/sys/devices/../nvme0n1/nvme0n1p1". mismatch: the partitions, by
// their places below /sys, are on two disks. A stick may carry an ESP of the same label.
Status check_same_disk(std::string_view esp, std::string_view slot);

// Does the disk's partition table call this partition an EFI system partition? record: what udev
// keeps of it, which is how root-helper can know without reading the disk. mismatch: another type,
// or none.
Status check_esp_type(std::string_view record);

// Writable from `open` until the end of its life, and read-only after that.
class EspWindow {
 public:
  // Checks first; the type only where udev runs, as it does wherever systemd does. A plain file in
  // the place of `device`, as tests have it, stands for any mount, and leaves it as it is.
  static Result<EspWindow> open(const EspPlace& place);
  EspWindow(EspWindow&& other) noexcept;
  EspWindow& operator=(EspWindow&&) = delete;
  ~EspWindow();

 private:
  explicit EspWindow(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;  // to be made read-only; empty: not ours to
};

}  // namespace drydock::boot
