#pragma once
// The boot state of a simulated appliance, its slots, and the firmware's rule (as GRUB's stub: the
// try is counted before the trial boots; without tries the good slot boots).
#include <array>

#include "messages/fields.hpp"
#include "messages/ids.hpp"

namespace drydock::sim {

inline constexpr std::uint8_t tries_an_update = 3;

struct SlotContent {
  Version version;
  std::uint32_t chunks = 0;  // of the whole image; 0: never written
  std::uint32_t valid = 0;   // chunks [0, valid) are as they should be
  bool corrupt = false;      // the image itself is wrong
  bool whole() const { return chunks != 0 && valid == chunks && !corrupt; }
  static constexpr auto fields() {
    return std::tuple{
        field<1>("version", &SlotContent::version), field<2>("chunks", &SlotContent::chunks),
        field<3>("valid", &SlotContent::valid), field<4>("corrupt", &SlotContent::corrupt)};
  }
  friend bool operator==(const SlotContent&, const SlotContent&) = default;
};

struct BootState {
  Slot good = Slot::a;
  Slot trial = Slot::none;
  UpdateId update;
  UpdateId tries_id;  // the firmware's own count
  std::uint8_t tries_left = 0;
  std::array<SlotContent, 2> slots{};
  SlotContent& slot(Slot s) { return slots[s == Slot::b ? 1 : 0]; }
  const SlotContent& slot(Slot s) const { return slots[s == Slot::b ? 1 : 0]; }
  static constexpr auto fields() {
    return std::tuple{field<1>("good", &BootState::good), field<2>("trial", &BootState::trial),
                      field<3>("update", &BootState::update),
                      field<4>("tries_id", &BootState::tries_id),
                      field<5>("tries_left", &BootState::tries_left)};
  }
};

struct Boot {  // what the kernel command line says
  Slot slot = Slot::none;
  std::uint8_t tries_left = 0;
  std::uint8_t fallback = 0;  // 1: the trial had no tries left or could not be loaded
  bool picked = false;        // by a person, in the menu
};

// Chooses what boots, and counts the try.
Boot choose_boot(BootState& state) noexcept;

}  // namespace drydock::sim
