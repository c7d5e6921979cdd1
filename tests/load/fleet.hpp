#pragma once
// The simulator's appliances in real time: their machines, boots and slots as in a simulation, but
// each check-in goes to a real centre. Simulated time is the time since the start.
#include <chrono>
#include <map>
#include <vector>

#include "simulations/model/appliance.hpp"
#include "simulations/model/no_witness.hpp"
#include "tests/load/lines.hpp"

namespace drydock::load {

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

  sim::NoWitness witness_;  // the centre's own counts are what is compared
  sim::Ground ground_;
  std::vector<sim::Appliance> appliances_;
  Lines& lines_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::uint64_t answered_ = 0, unanswered_ = 0;
};

}  // namespace drydock::load
