#pragma once
// One simulated appliance: the five production machines behind their steppers, and a world for
// them. Every turn is durable at once; what a turn wants done, and what one machine tells another,
// is lost when the process ends or the power goes in between.
#include <array>
#include <deque>
#include <optional>
#include <tuple>

#include "actors/healer/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/routing.hpp"
#include "actors/scheduler/machine.hpp"
#include "actors/stepper.hpp"
#include "actors/updater/machine.hpp"
#include "simulations/model/box.hpp"
#include "simulations/model/ground.hpp"

namespace drydock::sim {

class Appliance {
 public:
  using Machines = Peers<Scheduler, Updater, HealthGate, Reporter, Healer>;
  static constexpr std::size_t machines = 5;

  Appliance(Ground& ground, std::uint32_t number);

  void begin(Duration after);  // powers it on for the first time
  void happen(const Happening& happening);
  // Stops it, or cuts its power, at the n-th point of its work from now on counted.
  void kill_at_point(std::uint32_t point) { kill_at_ = points_ + point; }
  void cut_at_point(std::uint32_t point) { cut_at_ = points_ + point; }

  template <class M>
  const Stepper<M>& machine() const {
    return std::get<Stepper<M>>(machines_);
  }
  const Identity& identity() const { return identity_; }
  const Box& box() const { return box_; }
  Version running() const { return box_.boot_state.slot(boot_.slot).version; }
  // Nothing is under way and everything is reported and acknowledged.
  bool at_rest() const;
  // Over everything that lasts: the machines' chains, the boot's gates, boot state and slots.
  std::uint64_t digest() const;

 private:
  template <class... Ms>
  static std::variant<typename Ms::Event...> local_of(Peers<Ms...>);
  using Local = decltype(local_of(Machines{}));
  struct Clocks {
    Instant up;
    WallTime wall;
    WallTrust trust;
  };

  // machines (appliance.cpp)
  template <class M>
  void post(const typename M::Event& event) {
    local_.push_back(Local{std::in_place_type<typename M::Event>, event});
  }
  void drain();
  std::size_t next_local();
  void happen_to_boot(const Happening& happening);
  void happen_to_agent(const Happening& happening);
  template <class M>
  void take(const typename M::Event& event);
  template <class M>
  void carry_out(const typename M::Effect& effect);
  // A place where a fault may strike; false when the process has ended here.
  bool point();
  Clocks clocks() const;
  void tell(const std::string& line) {
    if (ground_.witness.follows(number_)) ground_.witness.told(number_, line);
  }
  Duration drawn(Duration d);
  void later(Kind kind, Duration after, std::uint32_t life, std::uint32_t number = 0,
             std::uint8_t detail = 0);

  // boots and processes (appliance_boot.cpp)
  void power_on();
  void open_gate();
  void take_gate(const HealthGate::Event& event);
  void act_at_gate(const HealthGate::Effect& effect);
  void start_agent();
  void end_agent();
  void power_off(Duration until_on);
  void kill();
  CheckOutcome outcome_of(std::uint32_t check, bool at_boot) const;

  // effects (appliance_effects.cpp)
  template <class M>
  void act(const ArmTimer& timer);
  void act(const Scheduler::ResolveWindow& effect);
  void act(const Scheduler::ArmTrial& effect);
  void act(const Scheduler::DisarmTrial& effect);
  void act(const Scheduler::Reboot& effect);
  void act(const Updater::FetchManifest& effect);
  void act(const Updater::WriteSlot& effect);
  void act(const Updater::ReadBack& effect);
  void act(const Updater::StopWork& effect);
  void act(const HealthGate::RunCheck& effect);
  void act(const HealthGate::ReadGateLog& effect);
  void act(const HealthGate::CommitSlot& effect);
  void act(const HealthGate::RecordVerdict&) {}  // these three are acts of the gate at boot only
  void act(const HealthGate::FallBack&) {}
  void act(const HealthGate::Conclude&) {}
  void act(const Reporter::KeepReport& effect);
  void act(const Reporter::DropReports& effect);
  void act(const Reporter::PostCheckIn& effect);
  void act(const Healer::Observe& effect);
  void act(const Healer::Remedy& effect);
  void ask_helper(HelperAsk ask);
  void helper_done();
  void helper_answer(const HelperAsk& ask, Reason reason);
  void work_step(const Happening& happening);
  void end_work(Reason reason, bool transient);
  void take_answer(const Happening& happening);

  Ground& ground_;
  std::uint32_t number_;
  Identity identity_;
  std::tuple<Stepper<Scheduler>, Stepper<Updater>, Stepper<HealthGate>, Stepper<Reporter>,
             Stepper<Healer>>
      machines_;
  Box box_;
  std::deque<Local> local_;  // on its way between machines; lost with the process

  // What lasts until the next boot.
  std::uint32_t boots_ = 0;  // counts power on and off: the life of boot-bound happenings
  Boot boot_;
  BootId boot_id_;
  std::optional<Stepper<HealthGate>> gate_;  // health-gate --verify, while it runs
  std::deque<HelperAsk> helper_;
  bool clock_synced_ = false;
  bool on_ = false;

  // What lasts until the agent's process ends.
  std::uint32_t process_ = 0;  // counts starts and ends
  bool agent_up_ = false;
  std::uint32_t work_ = 0;  // the updater's newest piece of work, 0: none
  UpdateId work_update_;
  Version work_version_;

  std::uint64_t draws_ = 0, posts_ = 0, picks_ = 0;
  std::uint32_t points_ = 0, kill_at_ = 0, cut_at_ = 0;
  Digest gates_;  // of all gates at boot so far
};

}  // namespace drydock::sim
