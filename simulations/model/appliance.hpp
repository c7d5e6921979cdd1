#pragma once
// One simulated appliance: the five production machines and a world for them. Every turn is
// durable at once; what a turn wants done, and what one machine tells another, is lost when the
// process ends or the power goes in between.
// A fleet is a vector of these: what most appliances do not have lies in Ground's pool.
#include <tuple>

#include "actors/routing.hpp"
#include "simulations/model/ground.hpp"
#include "simulations/model/kept.hpp"

namespace drydock::sim {

class alignas(64) Appliance {
 public:
  using Machines = Peers<Scheduler, Updater, HealthGate, Reporter, Healer>;
  static constexpr std::size_t machines = 5;
  static constexpr std::size_t state_bytes = sizeof(Scheduler::State) + sizeof(Updater::State) +
                                             sizeof(HealthGate::State) + sizeof(Reporter::State) +
                                             sizeof(Healer::State);

  Appliance(Ground& ground, std::uint32_t number);

  void begin(Duration after);  // powers it on for the first time
  void happen(const Happening& happening);
  // Stops it, or cuts its power, at the n-th point of its work from now on counted.
  void kill_at_point(std::uint32_t point) { kill_at_ = points_ + point; }
  void cut_at_point(std::uint32_t point) { cut_at_ = points_ + point; }
  // The centre has not answered this check-in at once: its patience counts from now on.
  void await_answer(std::uint32_t process, std::uint32_t serial);
  // Its whole disk becomes what it was when `then` and `durable` were copied.
  void revert_to(const Appliance& then, const UnderWay& durable);
  // What of it lasts and lies in the pool.
  UnderWay durable() const;
  // What its next event will look at. Inlined always, as Table's.
  [[gnu::always_inline]] void prefetch() const { prefetch_lines(0, check_in_lines); }
  // And what else, where something is under way; some time after the first hint.
  [[gnu::always_inline]] void prefetch_under_way() const {
    if (under_way_ == Pool<UnderWay>::none) return;
    prefetch_lines(check_in_lines, sizeof(Appliance) / cache_line);
    ground_.under_way.prefetch(under_way_);
  }

  template <class M>
  const Kept<M>& machine() const {
    return std::get<Kept<M>>(machines_);
  }
  Identity identity() const { return {who_.id, {who_.client}, {who_.site}, {who_.model}}; }
  const Box& box() const { return box_; }
  Version running() const { return box_.boot_state.slot(boot_.slot).version; }
  // Runs a release with which it never reaches the centre.
  bool unreachable() const {
    return ground_.releases.some(Defect::unreachable) && defect() == Defect::unreachable;
  }
  // Nothing is under way, the centre has been reached, and everything is reported and acknowledged.
  bool at_rest() const;
  // Over everything that lasts: the machines' chains, the boot's gates, boot state and slots.
  std::uint64_t digest() const;

 private:
  static constexpr std::size_t cache_line = 64;
  static constexpr std::size_t check_in_lines = 4;  // as far as scheduler and reporter reach
  [[gnu::always_inline]] void prefetch_lines(std::size_t from, std::size_t to) const {
    const char* here = reinterpret_cast<const char*>(this);
    for (std::size_t i = from; i < to; ++i) __builtin_prefetch(here + i * cache_line, 1);
  }

  // machines (appliance.cpp)
  template <class M, class Event>
  void post(const Event& event) {
    ground_.told.template add<typename M::Event>(event);
  }
  void drain();
  bool deliver(const Told& told, const Clocks& now);
  template <class M>
  bool deliver_to(const typename M::Event& event, const Clocks& now);
  std::uint32_t next_told();
  void happen_to_boot(const Happening& happening);
  void happen_to_agent(const Happening& happening);
  template <class M>
  void take(const typename M::Event& event, const Clocks& now);
  template <class M>
  void carry_out(const typename M::Effect& effect);
  template <class M>
  void arm(const ArmTimer& timer);
  // A place where a fault may strike; false when the process has ended here.
  bool point();
  Clocks clocks() const;
  void tell(const std::string& line) {
    if (ground_.witness.follows(number_)) ground_.witness.told(number_, line);
  }
  Duration drawn(Duration d);
  // As this model takes for it, where that was measured.
  Duration drawn(Quantiles HardwareTimes::*measured, Duration d, std::int64_t times = 1,
                 std::int64_t parts = 1);
  bool append_fails() const;
  bool believes_orders() const;
  void later(Kind kind, Duration after, std::uint32_t life, std::uint32_t number = 0,
             std::uint8_t detail = 0);

  // what is under way (appliance.cpp)
  UnderWay& under_way();
  UnderWay* under_way_if() {
    return under_way_ == Pool<UnderWay>::none ? nullptr : &ground_.under_way[under_way_];
  }
  std::uint32_t work_number() const {
    return under_way_ == Pool<UnderWay>::none ? 0 : ground_.under_way[under_way_].work.number;
  }
  void forget_what_is_over();

  // boots and processes (appliance_boot.cpp)
  void power_on();
  void open_gate();
  void take_gate(const HealthGate::Event& event);
  void act_at_gate(const HealthGate::Effect& effect);
  void start_agent();
  void end_agent();
  void power_off(Duration until_on);
  void kill();
  void close_for_the_night();
  void lose_journal();
  bool other_slot_picked() const;
  // Nothing: it never answers.
  std::optional<CheckOutcome> outcome_of(std::uint32_t check, bool at_boot) const;
  bool check_lies(std::uint32_t check) const;
  bool disk_full() const;
  bool esp_fails() const;
  Defect defect() const {
    const Identity who = identity();
    return ground_.releases.defect(running(), who.id, who.hardware);
  }

  // effects (appliance_effects.cpp)
  void act(const Scheduler::ResolveWindow& effect);
  void act(const Scheduler::ArmTrial& effect);
  void act(const Scheduler::DisarmTrial& effect);
  void act(const Scheduler::ArmReturn& effect);
  void act(const Scheduler::Reboot& effect);
  void act(const Updater::FetchManifest& effect);
  void act(const Updater::WriteSlot& effect);
  void act(const Updater::ReadBack& effect);
  void act(const Updater::StopWork& effect);
  void act(const HealthGate::RunCheck& effect);
  void act(const HealthGate::ReadGateLog& effect);
  void act(const HealthGate::CommitSlot& effect);
  void act(const HealthGate::RecordVerdict&) {}  // these four are acts of the gate at boot only
  void act(const HealthGate::FallBack&) {}
  void act(const HealthGate::Conclude&) {}
  void act(const HealthGate::GiveBackTry&) {}
  void act(const Reporter::KeepReport& effect);
  void act(const Reporter::DropReports& effect);
  void act(const Reporter::PostCheckIn& effect);
  void act(const Healer::Observe& effect);
  void act(const Healer::Remedy& effect);
  bool looks_may_be_bad() const;
  void ask_helper(const HelperAsk& ask);
  void helper_done();
  void helper_answer(const HelperAsk& ask, Reason reason);
  Work& begin_work(std::uint32_t number, UpdateId update);
  void work_step(const Happening& happening);
  void write_next();
  void cut_download();
  void end_work(Reason reason, bool transient);
  void take_answer(const Happening& happening);
  void drop_reports(ReportSeq through);

  // What every check-in looks at comes first.
  Ground& ground_;
  struct Who {  // identity(), small
    ApplianceId id;
    std::uint32_t site = 0;
    std::uint16_t client = 0, model = 0;
  } who_;
  std::uint32_t number_;
  std::uint32_t process_ = 0;  // of the agent: counts starts and ends
  std::uint32_t boots_ = 0;    // counts power on and off: the life of boot-bound happenings
  std::uint32_t under_way_ = Pool<UnderWay>::none;
  bool on_ = false, clock_synced_ = false, agent_up_ = false, journal_lost_ = false;
  Boot boot_;
  std::uint32_t posts_ = 0, picks_ = 0;
  struct Patience {  // of the newest check-in, as long as its outcome is sure to come
    std::int64_t at_ms = 0;
    std::uint32_t seq = 0, generation = 0;
    std::uint32_t serial = 0;  // 0: counts, or is over
  } patience_;
  std::tuple<Kept<Healer>, Kept<HealthGate>, Kept<Updater>, Kept<Reporter>, Kept<Scheduler>>
      machines_;  // libstdc++ lays a tuple out from its end: the busiest first
  BootId boot_id_;
  Box box_;
  std::uint32_t draws_ = 0;
  std::uint32_t points_ = 0, kill_at_ = 0, cut_at_ = 0;
  std::uint32_t gate_records_ = 0;  // ever written to gate.log
  Digest gates_;                    // of all gates at boot so far
};
static_assert(Appliance::state_bytes <= 272, "the figure that the fleet's memory rests on");
static_assert(sizeof(Appliance) <= 576);

}  // namespace drydock::sim
