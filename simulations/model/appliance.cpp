#include "simulations/model/appliance.hpp"

#include <algorithm>
#include <array>

#include "runtime/kernel/overloaded.hpp"
#include "simulations/coverage/coverage.hpp"
#include "simulations/model/clocks.hpp"
#include "simulations/model/transcript.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t times_stream = 0x74696D, order_stream = 0x6F7264, append_stream = 0x617070;

// What happens at every poll or look is no place for a fault: it would find nothing else.
template <class T>
constexpr bool everyday =
    std::is_same_v<T, ArmTimer> || std::is_same_v<T, CheckInDue> ||
    std::is_same_v<T, Reporter::PostCheckIn> || std::is_same_v<T, Reporter::KeepReport> ||
    std::is_same_v<T, Reporter::DropReports> || std::is_same_v<T, Healer::Observe> ||
    std::is_same_v<T, Healer::Observed> || std::is_same_v<T, TimerFired> ||
    std::is_same_v<T, CheckInAnswered> || std::is_same_v<T, CheckInFailed>;

template <class... Ts>
bool is_everyday(const std::variant<Ts...>& what) {
  static constexpr std::array<bool, sizeof...(Ts)> answers = {everyday<Ts>...};
  return answers[what.index()];
}

}  // namespace

Appliance::Appliance(Ground& ground, std::uint32_t number) : ground_(ground), number_(number) {
  const Identity who = identity_of(number, ground.scenario.fleet);
  who_ = {who.id, static_cast<std::uint32_t>(who.site.value),
          static_cast<std::uint16_t>(who.client.value),
          static_cast<std::uint16_t>(who.hardware.value)};
  ASSERT(identity().hardware == who.hardware && identity().client == who.client);
  const std::uint32_t chunks = ground.releases.chunks(ground.scenario.installed);
  box_.boot_state.slot(Slot::a) = {ground.scenario.installed, chunks, chunks, false};
}

Clocks Appliance::clocks() const {
  // Every box began to count at another time; a mix-up of two boxes' clocks would show.
  const Instant now = ground_.run.now();
  const Instant up{now.value + 1'000 * std::int64_t{number_}};
  if (!clock_synced_) return {up, {up.value}, WallTrust::unset};
  const std::int64_t skew = static_cast<std::int64_t>(number_ % 5) * 100 - 200;
  const FaultMix& faults = ground_.scenario.faults;
  const Duration error = clocks_may_err(faults)
                             ? clock_error(faults, ground_.seed, identity().id.value, now)
                             : Duration{};
  const WallTrust trust = error.value == 0 ? WallTrust::synchronised : WallTrust::plausible;
  return {up, {Ground::midnight.value + now.value + skew + error.value}, trust};
}

Duration Appliance::drawn(Duration d) {
  return about(d, Dice(ground_.seed ^ times_stream, identity().id.value, ++draws_));
}

Duration Appliance::drawn(Quantiles HardwareTimes::*measured, Duration d, std::int64_t times,
                          std::int64_t parts) {
  const auto& hardware = ground_.scenario.hardware;
  const std::size_t model = identity().hardware.value - 1;
  if (model >= hardware.size() || (hardware[model].*measured).count() == 0)
    return drawn({d.value * times / parts});
  Dice dice(ground_.seed ^ times_stream, identity().id.value, ++draws_);
  return {(hardware[model].*measured).draw(dice).value * times / parts};
}

void Appliance::later(Kind kind, Duration after, std::uint32_t life, std::uint32_t number,
                      std::uint8_t detail) {
  ground_.run.schedule(number_, after, {number_, life, number, kind, detail, 0});
}

void Appliance::begin(Duration after) { later(Kind::powered_on, after, boots_); }

bool Appliance::point() {
  ++points_;
  if (ground_.healed()) return true;
  if (points_ == cut_at_) {
    power_off(drawn(minutes(2)));
    return false;
  }
  if (points_ == kill_at_) {
    kill();
    return false;
  }
  return true;
}

// What waits longest for one of the machines that have anything waiting: two messages to one
// machine keep their order, those to different machines keep none.
std::uint32_t Appliance::next_told() {
  const auto& told = ground_.told;
  std::array<std::uint32_t, machines> firsts{};
  std::size_t count = 0;
  std::uint32_t seen = 0;
  for (std::uint32_t i = 0; i < told.size(); ++i) {
    const std::uint32_t bit = std::uint32_t{1} << told[i].index();
    if ((seen & bit) != 0) continue;
    seen |= bit;
    firsts[count++] = i;
  }
  if (count == 1) return firsts[0];
  return firsts[Dice(ground_.seed ^ order_stream, identity().id.value, ++picks_).below(count)];
}

// Delivers what the machines tell each other until nothing is left to deliver.
void Appliance::drain() {
  if (ground_.told.empty()) return;
  const Clocks now = clocks();  // all of this happens within a moment
  bool goes_on = true;
  while (goes_on && !ground_.told.empty()) {
    if (ground_.told.size() > 1) ground_.told.bring_forward(next_told());
    ground_.told.use_front([&](const Told& told) { goes_on = deliver(told, now); });
  }
}

// False when the process has ended before it took this.
bool Appliance::deliver(const Told& told, const Clocks& now) {
  return std::visit(
      overloaded{
          [&](const Scheduler::Event& event) { return deliver_to<Scheduler>(event, now); },
          [&](const Updater::Event& event) { return deliver_to<Updater>(event, now); },
          [&](const HealthGate::Event& event) { return deliver_to<HealthGate>(event, now); },
          [&](const Reporter::Event& event) { return deliver_to<Reporter>(event, now); },
          [&](const Healer::Event& event) { return deliver_to<Healer>(event, now); },
      },
      told);
}

template <class M>
bool Appliance::deliver_to(const typename M::Event& event, const Clocks& now) {
  const bool may_strike = !is_everyday(event);
  if (may_strike && !point()) return false;
  if (may_strike && append_fails()) {
    SOMETIMES(true, "a record cannot be appended");
    kill();  // a write that fails ends the process, and the turn has never been
    return false;
  }
  take<M>(event, now);
  return true;
}

bool Appliance::append_fails() const {
  const std::uint32_t permille = ground_.scenario.faults.append_errors_permille;
  if (permille == 0 || ground_.healed()) return false;
  return Dice(ground_.seed ^ append_stream, identity().id.value, points_).below(1000) < permille;
}

template <class M>
void Appliance::take(const typename M::Event& event, const Clocks& now) {
  auto& effects = std::get<typename EffectsOf<M>::type>(ground_.effects);
  auto& kept = std::get<Kept<M>>(machines_);
  kept.step(ground_.seed, identity().id.value, event, now, effects);
  tell_turn<M>(ground_.witness, number_, event, effects);
  // Reports are owed to the centre: they are written with the turn itself.
  if constexpr (std::is_same_v<M, Reporter>) {
    for (const auto& effect : effects) {
      if (const auto* keep = std::get_if<Reporter::KeepReport>(&effect)) act(*keep);
      if (const auto* drop = std::get_if<Reporter::DropReports>(&effect)) act(*drop);
    }
  }
  const std::uint32_t process = process_;
  for (const auto& effect : effects) {
    if (!is_everyday(effect) && !point()) return;
    carry_out<M>(effect);
    if (process != process_) return;
  }
}

template <class M>
void Appliance::carry_out(const typename M::Effect& effect) {
  route(
      Machines{}, effect,
      [&](auto machine, const auto& event) { post<typename decltype(machine)::type>(event); },
      [&](const auto& own) {
        using T = std::remove_cvref_t<decltype(own)>;
        if constexpr (std::is_same_v<T, ArmTimer>)
          arm<M>(own);
        else if constexpr (!std::is_same_v<T, Reporter::KeepReport> &&
                           !std::is_same_v<T, Reporter::DropReports>)
          act(own);
      });
  if constexpr (std::is_same_v<M, Scheduler>)
    if (const auto* order = std::get_if<InstallOrdered>(&effect))
      ground_.witness.install_ordered(number_, order->grant);
}

// Most timers of a fleet fire for nothing: the patience of a check-in that is answered, and a look
// at a host that is well. A timer that is spared keeps its place among the events.
template <class M>
void Appliance::arm(const ArmTimer& timer) {
  constexpr std::uint8_t machine = static_cast<std::uint8_t>(M::id);
  const EventKey place = ground_.run.place_of_next(number_, timer.after);
  if constexpr (std::is_same_v<M, Healer>)
    if (ground_.idle == Idle::spared && !looks_may_be_bad()) return;
  if constexpr (std::is_same_v<M, Scheduler>) {
    const auto& passing = this->machine<Scheduler>().store().passing;
    const bool of_a_check_in =
        timer.tag == static_cast<std::uint8_t>(Scheduler::Timer::poll) && passing.asking;
    if (of_a_check_in && ground_.idle == Idle::spared) {
      patience_ = {place.at_ms, place.seq, timer.generation, passing.serial};
      return;
    }
  }
  ground_.run.schedule(place, {number_, process_, timer.generation, Kind::timer,
                               static_cast<std::uint8_t>(machine * 16 + timer.tag), 0});
}

void Appliance::await_answer(std::uint32_t process, std::uint32_t serial) {
  if (!agent_up_ || process != process_ || patience_.serial != serial || serial == 0) return;
  patience_.serial = 0;
  constexpr auto detail = static_cast<std::uint8_t>(
      Scheduler::id * 16 + static_cast<std::uint32_t>(Scheduler::Timer::poll));
  ground_.run.schedule({patience_.at_ms, order_of(ground_.seed, number_), patience_.seq},
                       {number_, process_, patience_.generation, Kind::timer, detail, 0});
}

// --- what is under way ---------------------------------------------------------------------------

UnderWay& Appliance::under_way() {
  if (under_way_ == Pool<UnderWay>::none) under_way_ = ground_.under_way.take();
  return ground_.under_way[under_way_];
}

void Appliance::forget_what_is_over() {
  UnderWay& rare = ground_.under_way[under_way_];
  // Only a centre that is restored from a backup asks again for what it has acknowledged.
  if (ground_.scenario.restore.at == Instant{})
    drop_reports(machine<Reporter>().store().acknowledged);
  const HealthGate::State& gate = machine<HealthGate>().store();
  const bool proven = gate.phase == HealthGate::Phase::idle ||
                      gate.phase == HealthGate::Phase::rolled_back ||
                      gate.phase == HealthGate::Phase::failed_late;
  if (proven && box_.boot_state.trial == Slot::none && !rare.gate_log.empty() &&
      rare.gate_log.back().seq <= gate.log_seq)
    rare.gate_log.clear();
  if (gate.reach_by_s == 0) rare.may_return = {};  // nobody will ask for it
  if (box_.boot_state.trial != boot_.slot) rare.trial_since.reset();
  if (!rare.nothing()) return;
  ground_.under_way.give_back(under_way_);
  under_way_ = Pool<UnderWay>::none;
}

void Appliance::happen(const Happening& h) {
  switch (h.kind) {
    case Kind::kill:
      if (!ground_.healed()) kill();
      break;
    case Kind::cut:
      if (on_ && !ground_.healed()) power_off(drawn(minutes(2)));
      break;
    case Kind::journal_lost:
      if (!ground_.healed()) lose_journal();
      break;
    case Kind::closes: close_for_the_night(); break;
    case Kind::clock_jumped:
      if (agent_up_) post<Scheduler>(ClockStepped{{Ground::midnight.value}});
      break;
    case Kind::powered_on:
      if (!on_ && h.life == boots_) power_on();
      break;
    case Kind::answer: take_answer(h); break;
    case Kind::timer:
    case Kind::no_answer:
    case Kind::agent_ready:
    case Kind::work:
    case Kind::soak_check:
      if (agent_up_ && h.life == process_) happen_to_agent(h);
      break;
    case Kind::userspace_up:
    case Kind::hung:
    case Kind::gate_check:
    case Kind::gate_timer:
    case Kind::agent_due:
    case Kind::boot_deadline:
    case Kind::clock_synced:
    case Kind::helper_done:
    case Kind::rebooting:
      if (on_ && h.life == boots_) happen_to_boot(h);
      break;
    case Kind::saved:  // the run takes and puts back the copy
    case Kind::reverted:
    case Kind::sweep_due:
    case Kind::log_answer:
    case Kind::request:
    case Kind::centre_kill:
    case Kind::centre_pause:
    case Kind::centre_up:
    case Kind::centre_backup:
    case Kind::centre_lost:
    case Kind::rollout_due:
    case Kind::act_due:
    case Kind::look: ASSERT(false); break;
  }
  drain();
  if (under_way_ != Pool<UnderWay>::none) forget_what_is_over();
}

void Appliance::happen_to_boot(const Happening& h) {
  const auto index = static_cast<std::uint8_t>(h.number);
  const bool gate_runs = under_way_if() != nullptr && under_way_if()->gate.has_value();
  if (h.kind == Kind::userspace_up) {
    open_gate();
  } else if (h.kind == Kind::gate_check && gate_runs) {
    take_gate(HealthGate::CheckFinished{index, *outcome_of(index, true)});
  } else if (h.kind == Kind::gate_timer && gate_runs) {
    take_gate(TimerFired{h.detail, h.number});
  } else if (h.kind == Kind::agent_due && !agent_up_) {
    start_agent();
  } else if (h.kind == Kind::helper_done) {
    helper_done();
  } else if (h.kind == Kind::clock_synced) {
    clock_synced_ = true;
    if (agent_up_) post<Scheduler>(ClockStepped{{Ground::midnight.value}});
  } else if (h.kind == Kind::hung || h.kind == Kind::rebooting ||
             (h.kind == Kind::boot_deadline && box_.boot_state.trial == boot_.slot)) {
    power_off(drawn(ground_.scenario.times.shutdown));
  }
}

void Appliance::happen_to_agent(const Happening& h) {
  const auto index = static_cast<std::uint8_t>(h.number);
  if (h.kind == Kind::timer) {
    const TimerFired fired{static_cast<std::uint8_t>(h.detail % 16), h.number};
    switch (h.detail / 16) {
      case Scheduler::id: return post<Scheduler>(fired);
      case Updater::id: return post<Updater>(fired);
      case HealthGate::id: return post<HealthGate>(fired);
      case Healer::id: return post<Healer>(fired);
    }
  } else if (h.kind == Kind::no_answer) {
    post<Scheduler>(CheckInFailed{h.number});
  } else if (h.kind == Kind::agent_ready) {
    post<HealthGate>(HealthGate::AgentReady{boot_id_});
  } else if (h.kind == Kind::work) {
    work_step(h);
  } else {
    post<HealthGate>(HealthGate::CheckFinished{index, *outcome_of(index, false)});
  }
}

bool Appliance::at_rest() const {
  const auto& reports = machine<Reporter>().store();
  const auto gate = machine<HealthGate>().store().phase;
  const auto& scheduler = machine<Scheduler>().store();
  return agent_up_ && scheduler.phase == Scheduler::Phase::idle &&
         (scheduler.passing.reached || unreachable()) &&
         std::max(reports.acknowledged.value + 1, reports.oldest.value) > reports.newest.value &&
         (gate == HealthGate::Phase::idle || gate == HealthGate::Phase::rolled_back ||
          gate == HealthGate::Phase::failed_late);
}

std::uint64_t Appliance::digest() const {
  Digest digest;
  absorb(digest, machine<Scheduler>().mark());
  absorb(digest, machine<Updater>().mark());
  absorb(digest, machine<HealthGate>().mark());
  absorb(digest, machine<Reporter>().mark());
  absorb(digest, machine<Healer>().mark());
  absorb(digest, gates_.value());
  absorb(digest, box_.boot_state);
  for (const SlotContent& slot : box_.boot_state.slots) absorb(digest, slot);
  return digest.value();
}

}  // namespace drydock::sim
