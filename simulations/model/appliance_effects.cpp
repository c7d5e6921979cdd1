// A simulated appliance: what its machines want done in the world, and what comes of it.
#include <algorithm>

#include "simulations/coverage/coverage.hpp"
#include "simulations/model/appliance.hpp"
#include "simulations/model/windows.hpp"

namespace drydock::sim {
namespace {

enum WorkStep : std::uint8_t { fetched = 1, written = 2, read_back = 3 };
constexpr std::uint32_t steps_an_image = 4;  // how often an install tells its progress

std::uint32_t piece_of(const SlotContent& slot) {
  return std::max(slot.chunks / steps_an_image, std::uint32_t{1});
}

}  // namespace

// --- the scheduler's -------------------------------------------------------------------------

void Appliance::act(const Scheduler::ResolveWindow& effect) {
  post<Scheduler>(next_window(ground_.scenario.window, identity().site, effect.at));
}

void Appliance::act(const Scheduler::ArmTrial& effect) {
  ground_.witness.arm_asked(number_, effect.grant);
  ask_helper({HelperAsk::Verb::arm, process_, boot_id_, effect.grant.update, effect.grant});
}

void Appliance::act(const Scheduler::DisarmTrial& effect) {
  ask_helper({HelperAsk::Verb::disarm, process_, boot_id_, effect.update, {}});
}

void Appliance::act(const Scheduler::ArmReturn& effect) {
  ask_helper({HelperAsk::Verb::arm_return, process_, boot_id_, effect.update, {}});
}

void Appliance::act(const Scheduler::Reboot& effect) {
  // Out of the trial itself it only ends the attempt.
  if (boot_.slot == box_.boot_state.good) ground_.witness.reboot_asked(number_, effect.update);
  ask_helper({HelperAsk::Verb::reboot, process_, boot_id_, effect.update, {}});
}

// --- root-helper: one request after the other, also when who asked is gone ---------------------

void Appliance::ask_helper(const HelperAsk& ask) {
  auto& helper = under_way().helper;
  helper.push_back(ask);
  const auto queue = static_cast<std::int64_t>(helper.size());
  later(Kind::helper_done, ground_.scenario.times.helper * queue, boots_);
}

void Appliance::helper_done() {
  auto& helper = under_way().helper;
  const HelperAsk ask = helper.front();
  helper.erase(helper.begin());
  const std::uint32_t boot = boots_;
  point();  // before the act: a kill of the agent does not stop the helper, a power cut does
  if (boot != boots_) return;
  SOMETIMES(ask.process != process_, "an agent is killed while root-helper works");
  const Clocks now = clocks();
  Reason reason = Reason::none;
  const bool writes = ask.verb == HelperAsk::Verb::arm || ask.verb == HelperAsk::Verb::commit ||
                      ask.verb == HelperAsk::Verb::arm_return;
  if (writes && esp_fails()) reason = Reason::io_error;
  switch (ask.verb) {
    case HelperAsk::Verb::arm:
      if (reason != Reason::none) break;
      reason = helper_arm(box_, ask.grant, boot_.slot, now.wall, now.trust);
      break;
    case HelperAsk::Verb::disarm: helper_disarm(box_); break;
    case HelperAsk::Verb::commit:
      if (reason != Reason::none) break;
      reason = helper_commit(box_, under_way().gate_log, ask, boot_id_, boot_.slot);
      if (reason != Reason::none) break;
      ground_.witness.marked_good(number_, ask.update);
      under_way().may_return = ask.update;
      break;
    case HelperAsk::Verb::arm_return:
      if (reason != Reason::none) break;
      reason = helper_arm_return(box_, under_way().may_return, ask.update, boot_.slot);
      break;
    case HelperAsk::Verb::reboot: return power_off(drawn(ground_.scenario.times.shutdown));
  }
  ground_.witness.boot_state_changed(number_, box_.boot_state, boot_.slot);
  const bool heard = point() && agent_up_ && ask.process == process_;
  SOMETIMES(!heard, "root-helper answers nobody");
  if (!heard) return;
  helper_answer(ask, reason);
}

bool Appliance::esp_fails() const {
  constexpr std::uint64_t stream = 0x657370;
  const std::uint32_t permille = ground_.scenario.faults.esp_errors_permille;
  if (permille == 0 || ground_.healed()) return false;
  const auto now = static_cast<std::uint64_t>(ground_.run.now().value);
  return Dice(ground_.seed ^ stream, identity().id.value, now).below(1000) < permille;
}

void Appliance::helper_answer(const HelperAsk& ask, Reason reason) {
  if (ask.verb == HelperAsk::Verb::commit)
    return post<HealthGate>(HealthGate::CommitEnded{ask.update, reason});
  if (ask.verb == HelperAsk::Verb::arm_return && reason == Reason::none)
    return post<Scheduler>(ReturnArmed{ask.update});
  if (ask.verb == HelperAsk::Verb::arm_return)
    return post<HealthGate>(ReturnRefused{ask.update, reason});
  if (ask.verb != HelperAsk::Verb::arm) return;
  const UpdateOutcome outcome{ask.grant.rollout, ask.update, ask.grant.version, reason, 0, {}};
  if (reason != Reason::none) {
    post<Scheduler>(ArmRefused{outcome});
    return post<Reporter>(ArmRefused{outcome});
  }
  post<Scheduler>(TrialArmed{outcome});
  post<HealthGate>(TrialArmed{outcome});
  post<Reporter>(TrialArmed{outcome});
}

// --- the updater's: one piece of work at a time ------------------------------------------------

Work& Appliance::begin_work(std::uint32_t number, UpdateId update) {
  return under_way().work = {number, update, machine<Updater>().store().version};
}

void Appliance::act(const Updater::FetchManifest& effect) {
  begin_work(effect.work, effect.update);
  later(Kind::work, drawn(ground_.scenario.times.fetch), process_, effect.work, fetched);
}

void Appliance::act(const Updater::WriteSlot& effect) {
  const Work work = begin_work(effect.work, effect.update);
  if (box_.boot_state.good != boot_.slot) return end_work(Reason::unexpected_slot, false);
  // root-helper hands the standby slot out: nothing may boot it from here on.
  if (box_.boot_state.trial != Slot::none) {
    helper_disarm(box_);
    ground_.witness.boot_state_changed(number_, box_.boot_state, boot_.slot);
  }
  under_way().may_return = {};
  const Slot standby = other(boot_.slot);
  ground_.witness.slot_written(number_, standby, boot_.slot);
  SlotContent& slot = box_.boot_state.slot(standby);
  const bool resumes = effect.from_chunk != 0 && slot.version == work.version;
  const std::uint32_t valid = resumes ? std::min(slot.valid, effect.from_chunk) : 0;
  const Identity who = identity();
  const bool corrupt =
      ground_.releases.defect(work.version, who.id, who.hardware) == Defect::corrupt;
  slot = {work.version, ground_.releases.chunks(work.version), valid, corrupt};
  write_next();
}

// The same appliances all along, until somebody makes room.
bool Appliance::disk_full() const {
  constexpr std::uint64_t stream = 0x66756C;
  const std::uint32_t permille = ground_.scenario.faults.disks_full_permille;
  if (permille == 0 || ground_.healed()) return false;
  return Dice(ground_.seed ^ stream, identity().id.value, 0).below(1000) < permille;
}

void Appliance::cut_download() {
  SOMETIMES(true, "a download is cut off");
  end_work(Reason::download_cut, true);
}

// A piece of the image: as fast as the disk and the site's link allow.
void Appliance::write_next() {
  const SlotContent& slot = box_.boot_state.slot(other(boot_.slot));
  const Duration disk =
      drawn(&HardwareTimes::write, ground_.scenario.times.write, 1, steps_an_image);
  SOMETIMES(ground_.links.busy(identity().site.value, ground_.run.now()),
            "downloads of a site wait for each other");
  const Duration line =
      ground_.links.download(identity().site.value, piece_of(slot), ground_.run.now());
  later(Kind::work, std::max(disk, line), process_, work_number(), written);
}

void Appliance::act(const Updater::ReadBack& effect) {
  begin_work(effect.work, effect.update);
  later(Kind::work, drawn(&HardwareTimes::read_back, ground_.scenario.times.read_back), process_,
        effect.work, read_back);
}

void Appliance::act(const Updater::StopWork&) {
  if (UnderWay* rare = under_way_if()) rare->work.number = 0;
}

void Appliance::end_work(Reason reason, bool transient) {
  Work& work = under_way().work;
  post<Updater>(Updater::WorkEnded{work.update, work.number, reason, transient, {}});
  work.number = 0;
}

void Appliance::work_step(const Happening& h) {
  if (work_number() == 0 || h.number != work_number()) return;
  Work& work = under_way().work;
  SlotContent& slot = box_.boot_state.slot(other(boot_.slot));
  if (h.detail != read_back && !ground_.healed() &&
      ground_.links.cut_off(identity().site.value, ground_.run.now()))
    return cut_download();
  if (h.detail == fetched) {
    work.number = 0;
    post<Updater>(Updater::ManifestReady{work.update, ground_.releases.chunks(work.version)});
  } else if (h.detail == read_back) {
    const bool as_signed = slot.whole() && slot.version == work.version;
    end_work(as_signed ? Reason::none : Reason::read_back_mismatch, false);
  } else {
    if (disk_full()) return end_work(Reason::disk_full, false);
    if (slot.corrupt) return end_work(Reason::hash_mismatch, true);
    slot.valid = std::min(slot.valid + piece_of(slot), slot.chunks);
    post<Updater>(Updater::ChunkWritten{work.update, slot.valid});
    if (slot.valid == slot.chunks) return end_work(Reason::none, false);
    write_next();
  }
}

// --- the gate's ------------------------------------------------------------------------------

void Appliance::act(const HealthGate::RunCheck& effect) {
  if (outcome_of(effect.index, false))
    later(Kind::soak_check, drawn(ground_.scenario.times.check), process_, effect.index);
}

void Appliance::act(const HealthGate::ReadGateLog& effect) {
  if (const UnderWay* rare = under_way_if())
    for (const auto& record : rare->gate_log)
      if (record.seq >= effect.from) post<HealthGate>(record);
  post<HealthGate>(HealthGate::GateLogEnded{gate_records_});
}

void Appliance::act(const HealthGate::CommitSlot& effect) {
  ask_helper({HelperAsk::Verb::commit, process_, effect.boot, effect.update, {}});
}

// --- the reporter's --------------------------------------------------------------------------

void Appliance::act(const Reporter::KeepReport& effect) {
  under_way().outbox.push_back(effect.report);
  ground_.witness.report_kept(number_, effect.report);
}

void Appliance::act(const Reporter::DropReports& effect) { drop_reports(effect.through); }

void Appliance::drop_reports(ReportSeq through) {
  UnderWay* rare = under_way_if();
  if (rare == nullptr) return;
  std::erase_if(rare->outbox, [&](const Report& report) { return report.seq <= through; });
}

void Appliance::act(const Reporter::PostCheckIn& effect) {
  const Identity who = identity();
  const std::uint32_t number = ground_.check_ins.begin();
  CheckInLetter& letter = ground_.check_ins[number];
  letter.sender = number_;
  letter.process = process_;
  letter.serial = effect.facts.serial;
  letter.patience_ms = patience_.serial == letter.serial ? patience_.at_ms : INT64_MAX;
  CheckIn& check_in = letter.arrived.check_in;
  check_in.facts = effect.facts;
  check_in.facts.client = who.client;
  check_in.facts.site_claim = who.site;
  check_in.facts.hardware = who.hardware;
  check_in.reports.clear();
  if (const UnderWay* rare = under_way_if())
    for (const Report& report : rare->outbox)
      if (report.seq >= effect.from && report.seq.value < effect.from.value + effect.count)
        check_in.reports.add(report);
  const Scenario& scenario = ground_.scenario;
  Carried carried = ground_.carry(number_, who.site, ++posts_);
  if (unreachable()) carried = {};
  const Duration patience = scenario.times.request;
  SOMETIMES(!carried.first, "a message is lost");
  SOMETIMES(carried.again, "a message comes twice");
  const bool hangs_up = !carried.first || *carried.first >= patience;
  if ((ground_.run.now() + (hangs_up ? patience : *carried.first)).value >= letter.patience_ms)
    await_answer(process_, letter.serial);
  if (hangs_up) later(Kind::no_answer, patience, process_, letter.serial);
  if (!carried.first) return ground_.check_ins.drop(number);
  letter.on_the_way = *carried.first;
  if (carried.again) {
    CheckInLetter twin = letter;  // a place for it may move the letter
    twin.on_the_way = *carried.again;
    const std::uint32_t again = ground_.check_ins.put(twin);
    ground_.run.schedule(number_, *carried.again, {0, 0, again, Kind::request, 0, 0});
  }
  ground_.run.schedule(number_, *carried.first, {0, 0, number, Kind::request, 0, 0});
}

void Appliance::take_answer(const Happening& h) {
  CheckInAnswered& answered = ground_.answers[h.number];
  Answer& answer = answered.answer;
  if (agent_up_ && h.life == process_) {
    if (answer.grant.kind != GrantKind::none && !believes_orders()) answer.grant = {};
    ground_.witness.answer_taken(number_, answer);
    post<Scheduler>(answered);
    post<Reporter>(answered);
  }
  ground_.answers.drop(h.number);
}

// An order that is signed with a key it does not know is none.
bool Appliance::believes_orders() const {
  constexpr std::uint64_t stream = 0x6B6579;
  const KeyRotation& rotation = ground_.scenario.key_rotation;
  if (ground_.run.now() < rotation.at) return true;
  Dice dice(ground_.seed ^ stream, identity().id.value, 0);
  const auto within = static_cast<std::uint64_t>(rotation.learned_within.value) + 1;
  const Duration learned{static_cast<std::int64_t>(dice.below(within))};
  const bool knows = ground_.run.now() >= rotation.at + learned;
  SOMETIMES(!knows, "an order is not believed");
  return knows;
}

// --- the healer's ----------------------------------------------------------------------------

bool Appliance::looks_may_be_bad() const {
  return ground_.scenario.faults.drifts_permille != 0 || ground_.releases.some(Defect::wears_out);
}

void Appliance::act(const Healer::Observe& effect) {
  constexpr std::uint64_t stream = 0x68656C;
  Healer::Observed observed{effect.check, Healer::Level::good, 0};
  if (effect.check == HostCheck::process && !ground_.healed() &&
      ground_.scenario.faults.drifts_permille != 0) {
    Dice dice(ground_.seed ^ stream, identity().id.value,
              static_cast<std::uint64_t>(ground_.run.now().value));
    if (dice.below(1000) < ground_.scenario.faults.drifts_permille)
      observed.level = Healer::Level::bad;
  }
  const bool soaked = machine<HealthGate>().store().phase == HealthGate::Phase::idle;
  if (effect.check == HostCheck::process && ground_.releases.some(Defect::wears_out) &&
      !ground_.healed() && soaked && defect() == Defect::wears_out) {
    SOMETIMES(true, "a release wears out");
    observed.level = Healer::Level::bad;
  }
  post<Healer>(observed);
}

void Appliance::act(const Healer::Remedy& effect) {
  post<Healer>(Healer::RemedyEnded{effect.check, Reason::none});
}

}  // namespace drydock::sim
