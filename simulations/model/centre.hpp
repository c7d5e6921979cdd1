#pragma once
// The simulated centre: gateway, registry and planner behind their steppers, and a decision log.
// Turns are durable at once; requests, answers and proposals on their way are lost with the
// process.
#include <map>
#include <vector>

#include "actors/gateway/machine.hpp"
#include "actors/planner/machine.hpp"
#include "actors/registry/machine.hpp"
#include "actors/routing.hpp"
#include "actors/stepper.hpp"
#include "simulations/model/ground.hpp"
#include "simulations/model/simulated_log.hpp"

namespace drydock::sim {

class Centre {
 public:
  using Machines = Peers<Gateway, Registry, Planner>;

  Centre(Ground& ground, std::uint32_t appliances);

  void begin();  // provisions every appliance and starts
  void happen(const Happening& happening);
  void kill_at_point(std::uint32_t point) { kill_at_.push_back(point); }
  void ask(const Planner::RolloutAsked& asked) { post<Planner>(asked), drain(); }
  void ask(const Planner::MoveAsked& asked) { post<Planner>(asked), drain(); }

  // What a check-in in this letter will look at: first where, then what lies there.
  void prefetch_places(std::uint32_t letter) const;
  void prefetch_rows(std::uint32_t letter) const;

  bool up() const { return up_; }
  bool listens() const { return up_ && !holding_ && ground_.run.now() >= paused_until_; }
  const Planner::Store& planner() const { return planner_.store(); }
  const Stepper<Planner>& planner_machine() const { return planner_; }
  const Stepper<Registry>& registry_machine() const { return registry_; }
  std::uint64_t log_digest() const { return log_.digest(); }
  std::uint64_t gateway_digest() const { return gateways_.value(); }
  std::uint32_t restarts() const { return restarts_; }
  // Once it has gone back to a backup: when, and what people knew of its rollouts.
  struct Restored {
    Instant at;                     // 0: never
    std::vector<RolloutId> halted;  // when it was lost
    std::vector<RolloutId> held;    // they ran when the copy was taken
  };
  const Restored& restored() const { return restored_; }
  // Operators' requests that were answered, by result.
  const std::vector<OperatorAnswered>& operator_answers() const { return operator_answers_; }

 private:
  using Local = std::variant<Gateway::Event, Registry::Event, Planner::Event>;
  static constexpr std::uint32_t told_max = 4096;  // a start tells of all the log has kept
  struct Waiting {                                 // a check-in without its answer
    RequestId request;
    std::uint32_t sender = 0, process = 0, serial = 0;
    std::int64_t patience_ms = 0;
    Duration on_the_way;  // the request was
  };
  struct Backup {
    Stepper<Registry> registry;
    Stepper<Planner> planner;
    SimulatedLog log;
  };
  struct LogLetter {
    bool taken = false;
    Planner::Decided decided;  // or, not taken, only its decision
  };

  template <class M, class Event>
  void post(const Event& event) {
    local_.template add<typename M::Event>(event);
  }
  void drain();
  template <class M>
  void take(Stepper<M>& stepper, const typename M::Event& event);
  bool point();  // false when the process has ended here
  void later(Kind kind, Duration after, std::uint32_t number, std::uint8_t detail = 0);
  WallTime wall() const;

  void act(const ArmTimer& effect);
  void act(const Planner::Propose& effect);
  void act(const OperatorAnswered& effect);
  void act(const Gateway::Respond& effect);
  void act(const Gateway::Refuse& effect);
  void request(CheckInLetter& letter);
  std::optional<Waiting> taken(RequestId request);
  void fail(const Waiting& waiting, Duration after);
  void outlasts(const Waiting& waiting, Duration after);
  void tell(const SimulatedLog::Telling& telling);
  void start();
  void kill();
  // (centre_restore.cpp)
  void take_backup();
  void go_back();
  void hold_rollouts();

  Ground& ground_;
  std::uint32_t appliances_;
  Stepper<Gateway> gateway_;
  Stepper<Registry> registry_;
  Stepper<Planner> planner_;
  SimulatedLog log_;
  Fifo<Local, told_max> local_;
  Letters<LogLetter> log_letters_;
  std::optional<Waiting> current_;            // the check-in that is being answered
  std::map<std::uint64_t, Waiting> waiting_;  // others, by request; at most gateway's bound
  std::vector<OperatorAnswered> operator_answers_;
  std::vector<std::uint32_t> kill_at_;
  std::uint64_t requests_ = 0, responses_ = 0;
  std::uint32_t process_ = 0, points_ = 0, restarts_ = 0;
  Instant paused_until_;  // everything that happens before it waits
  bool up_ = false;
  std::optional<Backup> backup_;
  Restored restored_;
  Epoch epoch_floor_{1};
  bool lost_ = false;     // comes up again from its backup
  bool holding_ = false;  // answers nobody until every rollout is held
  Digest gateways_;       // of the gateways of all processes, which keep nothing
};

}  // namespace drydock::sim
