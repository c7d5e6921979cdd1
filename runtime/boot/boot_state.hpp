#pragma once
// The boot state: which slot is good, which one is on trial, and for which update.
// It lies on the ESP as two 512-byte copies (`ab_state`, `ab_state2`) of lines GRUB can `source`:
//   set ab_seq="00000007"
//   set active_partition="A"
//   set trial_partition="B"            or "-"
//   set update_id="0123456789abcdef"
//   set ab_check="00000007.A.B.0123456789abcdef"
// then '#', spaces and a last '\n' up to 512 bytes. A copy counts only when the check field equals
// the other four joined; of two that count, the higher sequence wins. Pure functions, any thread.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "runtime/result.hpp"

namespace drydock::boot {

inline constexpr std::size_t block_size = 512;        // one sector: written whole or not at all
inline constexpr std::uint32_t seq_max = 99'999'999;  // eight decimal digits

struct BootState {
  std::uint32_t seq = 0;    // +1 at every change
  Slot good = Slot::none;   // a or b; boots when nothing is on trial
  Slot trial = Slot::none;  // none: nothing is on trial; never the good slot
  UpdateId update;          // what is on trial, or 0

  friend bool operator==(const BootState&, const BootState&) = default;
};

// Exactly block_size bytes. The state must be one that parse() accepts.
std::string format(const BootState& state);

// What GRUB would accept, and nothing else: the five lines byte for byte, a matching check field,
// slots A or B, a trial that is not the good slot. The filler is not read, as GRUB does not read
// it.
Result<BootState> parse_boot_state(std::string_view bytes);

// The index (0 or 1) of the copy that counts, the first one on a tie; nothing when none is valid.
using BootCopies = std::array<std::optional<BootState>, 2>;
std::optional<std::size_t> winning_copy(const BootCopies& copies);

// The next state, with its sequence raised by one; refused where the act would be unsafe.
// arm: not the good slot, and the update id is not 0. Arming the trial that is armed already with
// the same id is refused too: it would give a failed update new attempts.
Result<BootState> arm(const BootState& state, Slot slot, UpdateId update);
// commit: the slot on trial becomes the good one; refused when it is not `running` or of another
// id.
Result<BootState> commit(const BootState& state, Slot running, UpdateId update);
// disarm: nothing is on trial any more. Legal, and a change, in every state.
Result<BootState> disarm(const BootState& state);
// The first state after both copies were lost, on an appliance that runs from `running`.
BootState rebuilt(Slot running);

}  // namespace drydock::boot
