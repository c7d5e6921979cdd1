#include "runtime/gate/observe.hpp"

#include <spdlog/spdlog.h>

#include "runtime/boot/boot_tries.hpp"
#include "runtime/boot/disks/boot_state_store.hpp"
#include "runtime/boot/disks/slots.hpp"

namespace drydock::gate {

namespace {

// Where slots, ESP and data are, by the agent's configuration.
boot::SlotLayout layout_of(const config::AgentPaths& paths) {
  boot::SlotLayout layout;
  layout.slot_a = paths.slot_a;
  layout.slot_b = paths.slot_b;
  layout.esp_folder = paths.esp;
  layout.data_folder = paths.data;
  layout.command_line = paths.cmdline;
  layout.boot_id = paths.boot_id;
  return layout;
}

void load_checks(const std::string& folder, Observation& out) {
  auto list = config::load_health_checks(folder);
  if (list) {
    out.checks = std::move(*list);
  } else {
    spdlog::error("health checks: {}", list.error().text);
    out.checks.push_back({"health.d", {}, {}, config::Severity::required});
  }
  out.boot.checks = static_cast<std::uint8_t>(out.checks.size());
  for (std::size_t i = 0; i < out.checks.size(); ++i)
    if (out.checks[i].severity == config::Severity::required)
      out.boot.required |= std::uint64_t{1} << i;
}

// How many attempts are left after this boot: what GRUB said on the command line, else its file.
unsigned tries_left(const boot::SlotLayout& layout, const boot::BootStateStore& store,
                    UpdateId update) {
  if (const auto said = boot::boot_arguments(layout); said && said->tries_left)
    return *said->tries_left;
  const auto tries = store.load_tries();
  return tries && tries->update == update ? tries->left : 0;
}

}  // namespace

Result<Observation> observe(const config::AgentConfig& config) {
  const boot::SlotLayout layout = layout_of(config.paths);
  const boot::BootStateStore store(layout.esp());
  const auto loaded = store.load();
  for (const auto& damage : loaded.damage)
    if (damage) spdlog::warn("boot state: {}", damage->text);
  if (const auto said = boot::boot_arguments(layout); !loaded.state && said && said->trial)
    return Error{
        ErrorKind::not_found,
        "the boot menu counted a try of a trial, but no copy of the boot state can be read "
        "here; this boot cannot be kept"};
  Observation out;
  const auto boot = boot::current_boot(layout);
  if (!boot) return boot.error();
  const auto active = boot::active_slot(layout, loaded.state);
  if (!active) return active.error();
  out.boot.boot = *boot;
  out.boot.active = *active;
  if (loaded.state) {
    out.boot.good = loaded.state->good;
    out.boot.trial = loaded.state->trial;
    out.boot.update = loaded.state->update;
    out.boot.tries_left =
        static_cast<std::uint8_t>(tries_left(layout, store, loaded.state->update));
  }
  load_checks(config.paths.health_checks, out);
  return out;
}

}  // namespace drydock::gate
