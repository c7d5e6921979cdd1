#pragma once
// The options by which root-helper and health-gate are told where slots, ESP and data are. On an
// appliance none is needed; the demo and the tests name plain files.
#include <CLI/CLI.hpp>

#include "runtime/boot/disks/slots.hpp"

namespace drydock {

inline void add_slot_layout_options(CLI::App& app, boot::SlotLayout& layout) {
  app.add_option("--slot-a", layout.slot_a, "partition or file of slot A")->capture_default_str();
  app.add_option("--slot-b", layout.slot_b, "partition or file of slot B")->capture_default_str();
  app.add_option("--esp", layout.esp_folder, "where the ESP is mounted")->capture_default_str();
  app.add_flag("--esp-is-mount,!--esp-is-folder", layout.esp_is_mount,
               "refuse to write the boot state unless the ESP is mounted there (default)");
  app.add_option("--esp-device", layout.esp_device, "partition of the ESP")->capture_default_str();
  app.add_option("--data", layout.data_folder, "where MSP-DATA is mounted")->capture_default_str();
  app.add_option("--cmdline", layout.command_line, "kernel command line")->capture_default_str();
  app.add_option("--mounts", layout.mounts, "list of mounts")->capture_default_str();
  app.add_option("--boot-id", layout.boot_id, "the kernel's boot id")->capture_default_str();
}

}  // namespace drydock
