#pragma once
// The simulator's appliances in real time: their machines, boots and slots as in a simulation, but
// each check-in goes to a real centre. Simulated time is the time since the start.
#include <chrono>
#include <map>
#include <vector>

#include "simulations/model/appliance.hpp"
#include "tests/load/lines.hpp"

namespace drydock::load {

// Nobody looks: the centre's own counts are what is compared.
class NoWitness : public sim::Witness {
 public:
  void booted(std::uint32_t, const sim::Boot&, const sim::BootState&) override {}
  void boot_state_changed(std::uint32_t, const sim::BootState&, Slot) override {}
  void slot_written(std::uint32_t, Slot, Slot) override {}
  void marked_good(std::uint32_t, UpdateId) override {}
  void fell_back(std::uint32_t, UpdateId) override {}
  void journal_lost(std::uint32_t) override {}
  void reverted(std::uint32_t, const sim::BootState&) override {}
  void report_kept(std::uint32_t, const Report&) override {}
  void install_ordered(std::uint32_t, const Grant&) override {}
  void arm_asked(std::uint32_t, const Grant&) override {}
  void reboot_asked(std::uint32_t, UpdateId) override {}
  void answer_left(std::uint32_t, const Answer&) override {}
  void answer_taken(std::uint32_t, const Answer&) override {}
  void decided(const Planner::Decided&, const Planner::Store&) override {}
  void backed_up() override {}
  void goes_back() override {}
  bool follows(std::uint32_t) const override { return false; }
  void told(std::uint32_t, const std::string&) override {}
};

// The model's name, as an appliance of the scenario is registered with it.
std::string model_name(HardwareId hardware);

class Fleet {
 public:
  // `scenario` outlives the fleet. Appliances come up over `spread`.
  Fleet(const sim::Scenario& scenario, std::uint64_t seed, Lines& lines, Duration spread);

  // What is due, and what has come in; waits no longer than until something is due.
  void step();
  std::uint64_t answered() const { return answered_; }
  std::uint64_t unanswered() const { return unanswered_; }
  std::map<Version, std::uint32_t> running() const;  // the truth

 private:
  Instant now() const;
  void take(const Reply& reply);

  NoWitness witness_;
  sim::Ground ground_;
  std::vector<sim::Appliance> appliances_;
  Lines& lines_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::uint64_t answered_ = 0, unanswered_ = 0;
};

}  // namespace drydock::load
