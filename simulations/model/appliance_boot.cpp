// A simulated appliance: power, firmware, the gate at boot, the agent's process.
#include "simulations/coverage/coverage.hpp"
#include "simulations/model/appliance.hpp"
#include "simulations/model/transcript.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t boots_stream = 0x626F6F, lies_stream = 0x6C6965, picks_stream = 0x706963;
constexpr std::int64_t slow_factor = 4;
// So much later than its agent the system itself ends a trial that is not committed.
constexpr Duration without_agent = minutes(1);

}  // namespace

void Appliance::power_on() {
  on_ = true;
  boot_ = choose_boot(box_.boot_state);
  ++boots_;
  boot_id_ = {Dice(ground_.seed ^ boots_stream, identity().id.value, boots_).next() | 1};
  boot_.picked = other_slot_picked();
  SOMETIMES(boot_.picked, "a person boots the other slot");
  if (boot_.picked) boot_.slot = other(boot_.slot);
  SOMETIMES(boot_.fallback != 0, "the firmware falls back");
  ground_.witness.booted(number_, boot_, box_.boot_state);
  tell("boots slot " + std::string(name_of(boot_.slot)) + " with " + name_of(running()));
  const Times& times = ground_.scenario.times;
  clock_synced_ = times.clock_sync.value == 0;
  if (!clock_synced_) later(Kind::clock_synced, drawn(times.clock_sync), boots_);
  const Defect wrong = defect();
  if (wrong == Defect::never_boots) return later(Kind::hung, drawn(times.hang), boots_);
  const std::int64_t factor = wrong == Defect::slow ? slow_factor : 1;
  later(Kind::userspace_up, drawn(&HardwareTimes::boot, times.boot, factor), boots_);
  if (boot_.slot != box_.boot_state.trial) return;
  under_way().trial_since = ground_.run.now();
  later(Kind::boot_deadline, times.boot_deadline + without_agent, boots_);
}

bool Appliance::other_slot_picked() const {
  const std::uint32_t permille = ground_.scenario.faults.other_slot_permille;
  const BootState& state = box_.boot_state;
  if (permille == 0 || ground_.healed() || state.trial != Slot::none ||
      !state.slot(other(boot_.slot)).whole())
    return false;
  return Dice(ground_.seed ^ picks_stream, identity().id.value, boots_).below(1000) < permille;
}

// Whatever ran is gone, whatever was asked for is lost.
void Appliance::power_off(Duration until_on) {
  tell("power off");
  SOMETIMES(on_ && box_.boot_state.trial != Slot::none && boot_.slot == box_.boot_state.trial,
            "the power is cut during a trial");
  end_agent();
  if (UnderWay* rare = under_way_if()) {
    rare->gate.reset();
    rare->helper.clear();
    rare->trial_since.reset();
  }
  on_ = false;
  ++boots_;
  later(Kind::powered_on, until_on, boots_);
}

void Appliance::close_for_the_night() {
  const OfficeHours& hours_of = ground_.scenario.office_hours;
  SOMETIMES(on_, "a site closes for the night");
  power_off(hours_of.length);
  later(Kind::closes, hours(24), 0);
}

void Appliance::kill() {
  if (!on_) return;
  // Before the agent runs only the gate can be killed, and a boot without a verdict is a reboot.
  if (!agent_up_) return power_off(drawn(ground_.scenario.times.shutdown));
  tell("the agent is killed");
  end_agent();
  later(Kind::agent_due, drawn(ground_.scenario.times.restart), boots_);
}

// --- what disks do -----------------------------------------------------------------------------

// The agent finds a journal that it cannot read, sets it aside and begins another. Slots, boot
// state, gate.log and what root-helper remembers lie elsewhere.
void Appliance::lose_journal() {
  SOMETIMES(true, "a journal is lost");
  tell("the journal is lost");
  journal_lost_ = true;
  gates_.absorb(digest());
  machines_ = {};
  if (UnderWay* rare = under_way_if()) rare->outbox.clear();
  ground_.witness.journal_lost(number_);
  kill();
}

UnderWay Appliance::durable() const {
  if (under_way_ == Pool<UnderWay>::none) return {};
  UnderWay copy = ground_.under_way[under_way_];
  copy.trial_since.reset();
  copy.gate.reset();
  copy.helper.clear();
  copy.work = {};
  return copy;
}

void Appliance::revert_to(const Appliance& then, const UnderWay& durable) {
  SOMETIMES(true, "a disk goes back");
  tell("all of its disk goes back");
  power_off(drawn(minutes(2)));
  gates_.absorb(digest());
  machines_ = then.machines_;
  box_ = then.box_;
  gate_records_ = then.gate_records_;
  journal_lost_ = then.journal_lost_;
  if (under_way_ != Pool<UnderWay>::none || !durable.nothing()) under_way() = durable;
  ground_.witness.reverted(number_, box_.boot_state);
}

// --- health-gate --verify --------------------------------------------------------------------

void Appliance::open_gate() {
  const BootState& state = box_.boot_state;
  under_way().gate.emplace(ground_.seed, identity().id.value);
  HealthGate::BootObserved observed;
  observed.boot = boot_id_;
  observed.active = boot_.slot;
  observed.good = state.good;
  observed.trial = state.trial;
  observed.update = state.update;
  observed.tries_left = boot_.tries_left;
  observed.checks = Releases::checks;
  observed.required = Releases::required;
  take_gate(observed);
}

void Appliance::take_gate(const HealthGate::Event& event) {
  auto& effects = std::get<HealthGate::Out>(ground_.effects);
  const Clocks now = clocks();
  Stepper<HealthGate>& gate = *under_way().gate;
  gate.step(event, now.up, now.wall, now.trust, effects);
  gate.close();
  gates_.absorb(gate.mark().chain);
  tell_turn<HealthGate>(ground_.witness, number_, event, effects);
  for (const auto& effect : effects) {
    const std::uint32_t boot = boots_;
    if (!std::holds_alternative<ArmTimer>(effect) && !point()) return;
    act_at_gate(effect);
    if (boot != boots_) return;
  }
}

void Appliance::act_at_gate(const HealthGate::Effect& effect) {
  const Times& times = ground_.scenario.times;
  if (const auto* run = std::get_if<HealthGate::RunCheck>(&effect)) {
    if (outcome_of(run->index, true))
      later(Kind::gate_check, drawn(times.check), boots_, run->index);
  } else if (const auto* timer = std::get_if<ArmTimer>(&effect)) {
    later(Kind::gate_timer, timer->after, boots_, timer->generation, timer->tag);
  } else if (const auto* verdict = std::get_if<HealthGate::RecordVerdict>(&effect)) {
    HealthGate::GateLogRead record;
    record.seq = ++gate_records_;
    record.boot = boot_id_;
    record.update = verdict->update;
    record.verdict = verdict->verdict;
    record.attempt = verdict->attempt;
    record.reason = verdict->reason;
    under_way().gate_log.push_back(record);
  } else if (std::holds_alternative<HealthGate::FallBack>(effect)) {
    ground_.witness.fell_back(number_, box_.boot_state.update);
    helper_disarm(box_);
    ground_.witness.boot_state_changed(number_, box_.boot_state, boot_.slot);
  } else if (const auto* end = std::get_if<HealthGate::Conclude>(&effect)) {
    if (end->status != 0) return power_off(drawn(times.shutdown));
    under_way().gate.reset();
    later(Kind::agent_due, milliseconds(100), boots_);
  }
}

std::optional<CheckOutcome> Appliance::outcome_of(std::uint32_t check, bool at_boot) const {
  const bool lies = check_lies(check);
  SOMETIMES(lies, "a health check lies");
  if (lies) return CheckOutcome::fail;
  if (check != 0) return CheckOutcome::pass;
  switch (defect()) {
    case Defect::fails_check: return CheckOutcome::fail;
    case Defect::check_hangs: return std::nullopt;
    case Defect::check_unknown: return CheckOutcome::unknown;
    case Defect::fails_late: return at_boot ? CheckOutcome::pass : CheckOutcome::fail;
    case Defect::fails_first_boot:
      return at_boot && boot_.tries_left == tries_an_update - 1 ? CheckOutcome::fail
                                                                : CheckOutcome::pass;
    case Defect::none:
    case Defect::slow:
    case Defect::unreachable:
    case Defect::wears_out:
    case Defect::never_boots:
    case Defect::agent_never_ready:
    case Defect::corrupt: return CheckOutcome::pass;
  }
  return CheckOutcome::pass;
}

// A sensor that lies says another thing at the next boot.
bool Appliance::check_lies(std::uint32_t check) const {
  const std::uint32_t permille = ground_.scenario.faults.lies_permille;
  if (permille == 0 || ground_.healed()) return false;
  Dice dice(ground_.seed ^ lies_stream, identity().id.value, std::uint64_t{boots_} << 8 | check);
  return dice.below(1000) < permille;
}

// --- the agent's process ---------------------------------------------------------------------

void Appliance::start_agent() {
  ++process_;
  agent_up_ = true;
  const BootState& state = box_.boot_state;
  Restarted restarted;
  restarted.appliance = identity().id;
  restarted.boot = boot_id_;
  restarted.active = boot_.slot;
  restarted.trial = state.trial;
  restarted.trial_update = state.update;
  restarted.running = running();
  restarted.poll_wish = ground_.scenario.poll;
  restarted.soak = ground_.scenario.soak;
  restarted.checks = Releases::checks;
  restarted.required = Releases::required;
  if (journal_lost_) {
    // As the agent's shell reckons it: more than any appliance ever numbers reports.
    const std::int64_t s = (clocks().wall - Ground::earliest).value / 1000;
    post<Reporter>(JournalLost{1, {s > 0 ? static_cast<std::uint32_t>(s) : 0}});
    journal_lost_ = false;
  }
  post<Scheduler>(restarted);
  post<Updater>(restarted);
  post<HealthGate>(restarted);
  const UnderWay* rare = under_way_if();
  const Instant now = ground_.run.now();
  post<HealthGate>(HealthGate::LimitsSet{now - (rare ? rare->trial_since.value_or(now) : now),
                                         ground_.scenario.times.boot_deadline,
                                         ground_.scenario.return_after});
  post<Reporter>(restarted);
  post<Healer>(restarted);
  const Defect wrong = defect();
  const Duration ready = ground_.scenario.times.ready * (wrong == Defect::slow ? slow_factor : 1);
  if (wrong != Defect::agent_never_ready) later(Kind::agent_ready, drawn(ready), process_);
}

void Appliance::end_agent() {
  if (!agent_up_) return;
  ++process_;
  agent_up_ = false;
  patience_ = {};
  if (UnderWay* rare = under_way_if()) rare->work = {};
  ground_.told.clear();
}

}  // namespace drydock::sim
