#pragma once
// Where the two slots, the ESP and the data partition are, which slot runs, and which boot this is.
// On an appliance the slots are partitions; in the demo and in tests they are plain files.
// Blocking, any thread.
#include <cstdint>
#include <optional>
#include <string>

#include "messages/ids.hpp"
#include "runtime/boot/boot_state.hpp"
#include "runtime/boot/disks/esp.hpp"
#include "runtime/files/files.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

struct SlotLayout {
  std::string slot_a = "/dev/disk/by-partlabel/MSP-A";
  std::string slot_b = "/dev/disk/by-partlabel/MSP-B";
  std::string esp_folder = "/boot";
  bool esp_is_mount = true;  // refuse to write the boot state unless the ESP is mounted there
  std::string esp_device = "/dev/disk/by-partlabel/ESP";
  std::string data_folder = "/var/lib/msp";
  std::string command_line = "/proc/cmdline";
  std::string mounts = "/proc/self/mountinfo";
  std::string boot_id = "/proc/sys/kernel/random/boot_id";

  EspPlace esp() const { return {esp_folder, esp_is_mount, esp_device, slot_a, mounts}; }
  std::string update_folder() const { return data_folder + "/update"; }
  const std::string& slot_path(Slot slot) const;  // a or b
};

// What GRUB said on the kernel command line; fields it did not say are empty.
struct BootArguments {
  Slot slot = Slot::none;
  std::optional<unsigned> tries_left;
  std::optional<unsigned> fallback;
  bool trial = false;      // a try of a trial was counted for this boot
  Slot stub = Slot::none;  // which of the two boot stubs says all this
};
BootArguments parse_boot_arguments(std::string_view command_line);
Result<BootArguments> boot_arguments(const SlotLayout& layout);

// The slot that runs, in the seed's order: kernel command line, then boot state, then mounts.
// The boot state answers only when nothing is on trial, since otherwise either slot may run.
// Errors: mismatch when the mounts contradict the answer, because writing the running slot
// would be the end of the appliance; not_found when nothing tells.
Result<Slot> active_slot(const SlotLayout& layout, const std::optional<BootState>& state);

// The slot that the mounts show to run, by "major:minor" of both partitions (empty for plain
// files): the root, else the one of them that is mounted anywhere, as below an overlay.
Slot slot_in_mounts(std::string_view mountinfo, const std::string& a, const std::string& b);

// Opens a slot for reading and writing. refused when any part of the system has it mounted.
Result<files::UniqueFd> open_slot(const SlotLayout& layout, Slot slot);
Result<std::uint64_t> slot_size(const SlotLayout& layout, Slot slot);  // bytes

// A partition that is read-only refuses writes even through descriptors that were handed out
// before; a plain file has no such switch and is left alone.
Status set_read_only(int slot_fd, bool read_only);

// The first 16 hex digits of the kernel's boot id; differs at every boot.
Result<BootId> current_boot(const SlotLayout& layout);

}  // namespace drydock::boot
