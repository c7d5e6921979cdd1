#include "runtime/boot/boot_tries.hpp"

#include <fmt/format.h>

namespace drydock::boot {
namespace {

constexpr std::string_view signature = "# GRUB Environment Block\n";

std::optional<UpdateId> update_of(std::string_view text) {
  UpdateId update;
  if (!read_hex(text, update.value)) return std::nullopt;
  return update;
}

unsigned tries_of(std::string_view text) {
  return text == "3" ? 3 : text == "2" ? 2 : text == "1" ? 1 : 0;
}

Slot good_slot(const FirmwareView& view) {
  if (const auto winner = winning_copy(view.copies)) return view.copies[*winner]->good;
  return view.a_has_kernel ? Slot::a : Slot::b;
}

}  // namespace

std::string format(const BootTries& tries) {
  ASSERT(tries.left <= tries_per_update);
  std::string bytes(signature);
  if (tries.update)
    bytes += fmt::format("tries_id={}\ntries_left={}\n", hex(tries.update->value), tries.left);
  bytes.resize(block_size, '#');
  return bytes;
}

Result<BootTries> parse_boot_tries(std::string_view bytes) {
  if (bytes.size() != block_size || !bytes.starts_with(signature))
    return Error{ErrorKind::malformed, "not a GRUB environment block of 512 bytes"};
  // GRUB loads a block whose filler is damaged, but cannot save into it: a try is then not counted,
  // and no trial would ever boot. So it is as bad as an unreadable one, and made anew.
  bytes.remove_suffix(bytes.size() - 1 - bytes.find_last_not_of('#'));
  if (bytes.back() != '\n')
    return Error{ErrorKind::malformed, "a GRUB environment block whose filler is damaged"};
  bytes.remove_prefix(signature.size());
  BootTries tries;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end);
    if (line.starts_with("tries_id=")) tries.update = update_of(line.substr(9));
    if (line.starts_with("tries_left=")) tries.left = tries_of(line.substr(11));
    bytes.remove_prefix(end + 1);
  }
  return tries;
}

bool exhausted(const BootTries& tries, UpdateId update) {
  return tries.update == update && tries.left == 0;
}

FirmwareChoice firmware_choice(const FirmwareView& view) {
  const auto winner = winning_copy(view.copies);
  const Slot good = good_slot(view);
  if (!winner || view.copies[*winner]->trial == Slot::none)
    return {good, Fallback::none, std::nullopt, 0};
  const BootState& state = *view.copies[*winner];

  if (!view.tries) return {good, Fallback::uncounted, std::nullopt, 0};
  const bool counted_before = view.tries->update == state.update;
  const unsigned left = counted_before ? view.tries->left : tries_per_update;
  if (left == 0) return {good, Fallback::exhausted, std::nullopt, 0};
  return {state.trial, Fallback::none, BootTries{state.update, left - 1}, left - 1};
}

FirmwareChoice when_write_fails(const FirmwareView& view, const FirmwareChoice& choice) {
  if (!choice.write) return choice;
  return {good_slot(view), Fallback::uncounted, std::nullopt, 0};
}

std::optional<FirmwareChoice> when_load_fails(const FirmwareView& view,
                                              const FirmwareChoice& choice) {
  if (choice.fallback != Fallback::none) return std::nullopt;
  const Slot second = choice.write ? good_slot(view) : other(choice.slot);
  return FirmwareChoice{second, Fallback::unloadable, std::nullopt, 0};
}

std::string kernel_arguments(const FirmwareChoice& choice) {
  return fmt::format("ab.partition={} ab.tries_left={} ab.fallback={} ab.trial={}",
                     name_of(choice.slot), choice.tries_left,
                     static_cast<unsigned>(choice.fallback), choice.write ? 1 : 0);
}

}  // namespace drydock::boot
