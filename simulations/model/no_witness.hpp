#pragma once
// For runs in which nobody looks.
#include "simulations/model/witness.hpp"

namespace drydock::sim {

class NoWitness final : public Witness {
 public:
  void booted(std::uint32_t, const Boot&, const BootState&) override {}
  void boot_state_changed(std::uint32_t, const BootState&, Slot) override {}
  void slot_written(std::uint32_t, Slot, Slot) override {}
  void marked_good(std::uint32_t, UpdateId) override {}
  void fell_back(std::uint32_t, UpdateId) override {}
  void journal_lost(std::uint32_t) override {}
  void reverted(std::uint32_t, const BootState&) override {}
  void report_kept(std::uint32_t, const Report&) override {}
  void install_ordered(std::uint32_t, const Grant&) override {}
  void arm_asked(std::uint32_t, const Grant&) override {}
  void reboot_asked(std::uint32_t, UpdateId) override {}
  void answer_left(std::uint32_t, const Answer&) override {}
  void answer_taken(std::uint32_t, const Answer&) override {}
  void decided(const Planner::Decided&, const Planner::Store&) override {}
  void backed_up() override {}
  void goes_back() override {}
  void told(std::uint32_t, const std::string&) override {}
};

}  // namespace drydock::sim
