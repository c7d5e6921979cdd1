#include "runtime/boot/boot_state.hpp"

#include <fmt/format.h>

namespace drydock::boot {
namespace {

std::string lines_of(const BootState& state) {
  return fmt::format(
      "set ab_seq=\"{0:08}\"\n"
      "set active_partition=\"{1}\"\n"
      "set trial_partition=\"{2}\"\n"
      "set update_id=\"{3}\"\n"
      "set ab_check=\"{0:08}.{1}.{2}.{3}\"\n",
      state.seq, name_of(state.good), name_of(state.trial), hex(state.update.value));
}

// Takes `set name="` value `"\n` off the front of text. The value has exactly `length` bytes.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name,
                                          std::size_t length) {
  const std::string front = fmt::format("set {}=\"", name);
  if (!text.starts_with(front)) return std::nullopt;
  text.remove_prefix(front.size());
  const auto value = text.substr(0, length);
  if (value.size() != length) return std::nullopt;
  text.remove_prefix(length);
  // GRUB also ends a line at a zero byte, and then reads no other.
  const bool ended = text.starts_with("\"\n") ||
                     (name == "ab_check" && text.starts_with(std::string_view("\"\0", 2)));
  if (!ended) return std::nullopt;
  text.remove_prefix(2);
  return value;
}

std::optional<std::uint32_t> decimal(std::string_view digits) {
  std::uint32_t number = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return number;
}

std::optional<Slot> slot_of(std::string_view text) {
  for (const Slot slot : {Slot::none, Slot::a, Slot::b})
    if (text == name_of(slot)) return slot;
  return std::nullopt;
}

Error malformed(std::string_view what) {
  return {ErrorKind::malformed, fmt::format("not a boot state: {}", what)};
}

Result<BootState> next_of(BootState state) {
  if (state.seq >= seq_max)
    return Error{ErrorKind::no_space,
                 "the boot state's sequence is used up; write both copies anew at imaging"};
  ++state.seq;
  return state;
}

}  // namespace

std::string format(const BootState& state) {
  ASSERT(state.seq <= seq_max && state.good != Slot::none && state.trial != state.good);
  std::string bytes = lines_of(state) + "#";
  ASSERT(bytes.size() < block_size);
  bytes.resize(block_size - 1, ' ');
  bytes += '\n';
  return bytes;
}

Result<BootState> parse_boot_state(std::string_view bytes) {
  if (bytes.size() != block_size)
    return malformed(fmt::format("{} bytes instead of {}", bytes.size(), block_size));
  std::string_view rest = bytes;
  const auto seq = take_line(rest, "ab_seq", 8);
  const auto good = seq ? take_line(rest, "active_partition", 1) : std::nullopt;
  const auto trial = good ? take_line(rest, "trial_partition", 1) : std::nullopt;
  const auto update = trial ? take_line(rest, "update_id", 16) : std::nullopt;
  const auto check = update ? take_line(rest, "ab_check", 8 + 2 + 2 + 17) : std::nullopt;
  if (!check) return malformed("a line is missing or damaged");
  if (*check != fmt::format("{}.{}.{}.{}", *seq, *good, *trial, *update))
    return malformed("the check field does not match");

  const auto seq_number = decimal(*seq);
  const auto good_slot = slot_of(*good), trial_slot = slot_of(*trial);
  std::uint64_t update_number = 0;
  if (!seq_number || !good_slot || !trial_slot || !read_hex(*update, update_number))
    return malformed("a value is out of range");
  if (*good_slot == Slot::none) return malformed("active_partition is not A or B");
  if (*trial_slot == *good_slot) return malformed("the trial slot is the good slot");
  return BootState{*seq_number, *good_slot, *trial_slot, {update_number}};
}

std::optional<std::size_t> winning_copy(const BootCopies& copies) {
  if (!copies[0] && !copies[1]) return std::nullopt;
  if (!copies[1]) return 0;
  if (!copies[0]) return 1;
  return copies[1]->seq > copies[0]->seq ? 1 : 0;
}

Result<BootState> arm(const BootState& state, Slot slot, UpdateId update) {
  if (slot != other(state.good))
    return Error{ErrorKind::refused,
                 fmt::format("slot {} cannot be on trial while slot {} is the good one",
                             name_of(slot), name_of(state.good))};
  if (!update) return Error{ErrorKind::refused, "an update id of 0 cannot be on trial"};
  if (state.trial == slot && state.update == update)
    return Error{ErrorKind::refused, fmt::format("update {} is armed already", hex(update.value))};
  return next_of({state.seq, state.good, slot, update});
}

Result<BootState> commit(const BootState& state, Slot running, UpdateId update) {
  if (state.trial == Slot::none) return Error{ErrorKind::refused, "nothing is on trial"};
  if (state.trial != running)
    return Error{ErrorKind::refused, fmt::format("slot {} is on trial, but slot {} is running",
                                                 name_of(state.trial), name_of(running))};
  if (state.update != update)
    return Error{ErrorKind::refused, fmt::format("update {} is on trial, not {}",
                                                 hex(state.update.value), hex(update.value))};
  return next_of({state.seq, running, Slot::none, {}});
}

Result<BootState> disarm(const BootState& state) {
  return next_of({state.seq, state.good, Slot::none, {}});
}

BootState rebuilt(Slot running) { return {1, running, Slot::none, {}}; }

}  // namespace drydock::boot
