#pragma once
// What the model shows of itself while it runs. Oracles listen; the model never asks them anything.
// Appliances are named by their number, from 1 on.
#include <string>

#include "actors/planner/machine.hpp"
#include "simulations/model/boot_state.hpp"

namespace drydock::sim {

class Witness {
 public:
  virtual ~Witness() = default;
  // The truth of an appliance.
  virtual void booted(std::uint32_t appliance, const Boot& boot, const BootState& state) = 0;
  virtual void boot_state_changed(std::uint32_t appliance, const BootState& state,
                                  Slot running) = 0;
  virtual void slot_written(std::uint32_t appliance, Slot slot, Slot running) = 0;
  virtual void marked_good(std::uint32_t appliance, UpdateId update) = 0;
  virtual void fell_back(std::uint32_t appliance, UpdateId update) = 0;
  // Reports that are not yet counted may be lost with it, and their numbers begin elsewhere.
  virtual void journal_lost(std::uint32_t appliance) = 0;
  virtual void reverted(std::uint32_t appliance, const BootState& state) = 0;
  virtual void report_kept(std::uint32_t appliance, const Report& report) = 0;
  // What its machines want done.
  virtual void install_ordered(std::uint32_t appliance, const Grant& grant) = 0;
  virtual void arm_asked(std::uint32_t appliance, const Grant& grant) = 0;
  virtual void reboot_asked(std::uint32_t appliance, UpdateId update) = 0;
  // The two sides of an answer: it left the centre; its process took it.
  virtual void answer_left(std::uint32_t appliance, const Answer& answer) = 0;
  virtual void answer_taken(std::uint32_t appliance, const Answer& answer) = 0;
  // A decision was applied; `after` is the planner's store behind it.
  virtual void decided(const Planner::Decided& decided, const Planner::Store& after) = 0;
  // A copy of what the centre keeps was taken; the centre goes back to that copy.
  virtual void backed_up() = 0;
  virtual void goes_back() = 0;
  // A transcript, one line a turn, of the party it follows; 0 is the centre. Asked at every turn.
  bool follows(std::uint32_t party) const { return party == followed_; }
  virtual void told(std::uint32_t party, const std::string& line) = 0;

 protected:
  static constexpr std::uint32_t nobody = 0xFFFFFFFF;
  explicit Witness(std::uint32_t followed = nobody) : followed_(followed) {}

 private:
  std::uint32_t followed_;
};

}  // namespace drydock::sim
