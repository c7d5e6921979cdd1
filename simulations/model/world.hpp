#pragma once
// A run: a scenario, a seed, the appliances, the centre, the operators and the faults.
// Single-threaded. The same scenario, seed and size give the same digests, whatever the order in
// which the parts were set up.
#include <array>
#include <map>
#include <optional>
#include <vector>

#include "simulations/model/appliance.hpp"
#include "simulations/model/centre.hpp"
#include "simulations/model/fault_plan.hpp"

namespace drydock::sim {

// In which order appliances are begun, and which queue their events wait in: neither may be seen in
// what happens.
enum class SetUp : std::uint8_t {
  forwards,   // the ring; events that change nothing are spared
  backwards,  // the plain heap; every event happens
};

class World {
 public:
  // `scenario` and `witness` outlive the world.
  World(const Scenario& scenario, std::uint64_t seed, Witness& witness,
        SetUp order = SetUp::forwards);

  // Runs until everything is settled or the horizon is reached. `each_minute` is called between
  // two events about once a simulated minute.
  template <class EachMinute>
  void run(EachMinute&& each_minute) {
    while (!ended_ && step())
      if (looked_) each_minute(), looked_ = false;
  }
  bool step();  // one event; false when there is none left before the horizon

  const Scenario& scenario() const { return ground_.scenario; }
  std::uint64_t seed() const { return ground_.seed; }
  Instant now() const { return ground_.run.now(); }
  std::uint64_t events() const { return ground_.run.events(); }
  std::uint64_t events_of(Kind kind) const { return by_kind_[static_cast<std::size_t>(kind)]; }
  const Centre& centre() const { return centre_; }
  const std::vector<Appliance>& appliances() const { return appliances_; }  // number - 1
  const std::vector<Fault>& faults() const { return faults_; }
  // When no appliance had anything left to get; nothing while some have.
  std::optional<Instant> done_at() const { return done_at_; }
  // Done, reported, and past every soak; known once the run has ended.
  bool settled() const { return settled_; }
  std::uint64_t digest() const;

 private:
  void begin(SetUp order);
  void prefetch() const;
  void schedule_closings();
  void look();
  Duration joins_after(std::uint32_t number) const;
  void save_or_revert(const Happening& happening);
  void act_as_operator();
  void ask(RolloutId rollout, RolloutMove move);
  bool was_halted(RolloutId rollout) const;  // at the centre that was lost
  bool act_after_restore();
  bool restore_is_over() const;
  bool final_for(const Appliance& appliance) const;
  bool has_heard(const Appliance& appliance) const;
  bool all_final();
  template <class IsSo>
  bool all_from(std::size_t& first, IsSo&& is_so) const;

  Ground ground_;
  Centre centre_;
  std::vector<Appliance> appliances_;
  std::vector<Fault> faults_;
  struct Saved {
    Appliance appliance;
    UnderWay durable;
  };
  std::map<std::uint32_t, Saved> saved_;  // by number: of those whose disk will go back
  std::uint32_t rollouts_asked_ = 0;
  std::vector<bool> acts_done_, acts_at_backup_;
  bool knows_of_restore_ = false;
  std::vector<RolloutId> held_;  // since a restore, until a person lets them go on
  std::optional<Instant> done_at_;
  std::optional<TurnMark> final_at_;           // of the planner, when all were final
  std::size_t unfinished_ = 0, restless_ = 0;  // places of appliances that were so at the last look
  std::array<std::uint64_t, kinds> by_kind_{};
  bool looked_ = false, settled_ = false, ended_ = false;
};

}  // namespace drydock::sim
