#pragma once
// The attempt counter `ab_tries`, from which GRUB alone takes tries, and GRUB's boot rules as a
// function.
// The file is a GRUB environment block of exactly 512 bytes, so that GRUB's save_env is one sector:
//   # GRUB Environment Block
//   tries_id=0123456789abcdef
//   tries_left=2
// filled with '#'. It is keyed by the update id: a stale counter never applies to a new update.
// Pure functions, any thread.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/boot/boot_state.hpp"

namespace drydock::boot {

inline constexpr unsigned tries_per_update = 3;

struct BootTries {
  std::optional<UpdateId> update;  // absent: nothing was ever counted
  unsigned left = 0;               // 0..3; what GRUB cannot read as 1, 2 or 3 is 0

  friend bool operator==(const BootTries&, const BootTries&) = default;
};

std::string format(const BootTries& tries);  // exactly block_size bytes
// Malformed exactly when GRUB's load_env would refuse the block, when its save_env would, or when
// it is not 512 bytes.
Result<BootTries> parse_boot_tries(std::string_view bytes);

// True when GRUB will not boot this update's slot again. It is already true during the last
// attempt.
bool exhausted(const BootTries& tries, UpdateId update);

struct FirmwareView {              // what GRUB sees at power-on
  BootCopies copies;               // empty: missing or not valid
  std::optional<BootTries> tries;  // empty: the block cannot be read or saved
  bool a_has_kernel = true;
};

enum class Fallback : std::uint8_t {
  none = 0,        // what the state asked for
  exhausted = 1,   // the trial has used its attempts
  uncounted = 2,   // the attempt could not be counted, so the trial was not booted
  unloadable = 3,  // menu or kernel of the slot that was asked for could not be loaded
  person = 4,      // somebody chose this slot in the boot menu; nothing was counted
};

struct FirmwareChoice {
  Slot slot;  // booted if `write` is empty or was written
  Fallback fallback;
  std::optional<BootTries> write;  // written before anything boots
  unsigned tries_left;             // for the kernel command line; 0 when nothing is on trial

  friend bool operator==(const FirmwareChoice&, const FirmwareChoice&) = default;
};

FirmwareChoice firmware_choice(const FirmwareView& view);
// What GRUB boots instead when choice.write could not be written.
FirmwareChoice when_write_fails(const FirmwareView& view, const FirmwareChoice& choice);
// What GRUB boots when the slot of `choice` cannot be loaded; nothing when it starts anew instead:
// a trial that has failed is no second choice.
std::optional<FirmwareChoice> when_load_fails(const FirmwareView& view,
                                              const FirmwareChoice& choice);
// "ab.partition=B ab.tries_left=2 ab.fallback=0 ab.trial=1"
std::string kernel_arguments(const FirmwareChoice& choice);

}  // namespace drydock::boot
