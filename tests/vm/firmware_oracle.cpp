// What runtime/boot says GRUB does: reads folders, one a line, and prints for each what boots
// first, what boots when that one cannot be loaded ("-": nothing), the tries left, the fallback,
// and the update whose try was counted ("-": none). tests/vm/test_rules.py compares it with the
// real GRUB.
#include <iostream>

#include <fmt/format.h>

#include "runtime/boot/boot_tries.hpp"
#include "runtime/files/files.hpp"

namespace drydock::boot {
namespace {

std::string bytes_of(const std::string& path) {
  const auto bytes = files::read(path, 4096);
  return bytes ? *bytes : std::string();
}

FirmwareView look(const std::string& folder) {
  FirmwareView view;
  for (std::size_t copy = 0; copy < view.copies.size(); ++copy) {
    const auto state =
        parse_boot_state(bytes_of(folder + (copy == 0 ? "/ab_state" : "/ab_state2")));
    if (state) view.copies[copy] = *state;
  }
  const auto tries = parse_boot_tries(bytes_of(folder + "/ab_tries"));
  if (tries) view.tries = *tries;
  return view;
}

std::string answer(const std::string& folder) {
  const FirmwareView view = look(folder);
  const FirmwareChoice choice = firmware_choice(view);
  const auto second = when_load_fails(view, choice);
  return fmt::format("{} {} {} {} {}", name_of(choice.slot), second ? name_of(second->slot) : "-",
                     choice.tries_left, static_cast<unsigned>(choice.fallback),
                     choice.write ? hex(choice.write->update->value) : "-");
}

}  // namespace
}  // namespace drydock::boot

int main() {
  for (std::string folder; std::getline(std::cin, folder);)
    std::cout << drydock::boot::answer(folder) << "\n";
}
