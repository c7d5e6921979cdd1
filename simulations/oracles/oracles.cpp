// What is checked all along: slots, grants, halts, caps, reports.
#include "simulations/oracles/oracles.hpp"

#include <algorithm>
#include <utility>

#include "actors/planner/evidence.hpp"
#include "messages/returns.hpp"
#include "simulations/model/windows.hpp"

namespace drydock::sim {

void Oracles::fail(std::uint32_t appliance, const std::string& what) {
  violations_.add(
      now(),
      (appliance == 0 ? "the centre: " : "appliance " + std::to_string(appliance) + ": ") + what);
}

void Oracles::told(std::uint32_t, const std::string& line) {
  follow_.transcript(seconds_of(now()) + "  " + line);
}

Instant Oracles::now() const { return world_ == nullptr ? Instant{} : world_->now(); }

std::uint32_t Oracles::number(ApplianceId appliance) const {
  const std::uint32_t number = number_of(appliance, static_cast<std::uint32_t>(lines_.size() - 1));
  ASSERT(number != 0);
  return number;
}

// An update is open until its appliance or the centre is done with it.
void Oracles::hold(const Update& update, int by) {
  const auto add = [&](std::uint32_t& count) { count += static_cast<std::uint32_t>(by); };
  Held& held = in_rollout_[update.rollout];
  if (update.forgotten) return;
  if (!update.over && !update.given_up) add(held.open), add(open_at_site(update.appliance));
  if (update.on_trial && !update.silent && !update.token_forgotten) add(held.on_trial);
}

std::uint32_t& Oracles::open_at_site(std::uint32_t appliance) {
  const std::uint64_t site = world_->appliances()[appliance - 1].identity().site.value;
  if (site >= open_at_site_.size()) open_at_site_.resize(site + 1);
  return open_at_site_[site];
}

// Nearly always it is the newest of the appliance that speaks of it.
Oracles::Update* Oracles::find(std::uint32_t appliance, UpdateId update) {
  if (!update) return nullptr;
  const std::uint32_t newest = lines_[appliance].update;
  if (newest != none && updates_[newest].id == update) return &updates_[newest];
  const auto found = places_.find(update.value);
  return found == places_.end() ? nullptr : &updates_[found->second];
}

// --- slots

// Of what a commit of this appliance left behind? Nothing but a release that was good there before
// may be tried without a grant.
bool Oracles::is_return(std::uint32_t appliance, UpdateId trial) {
  const Update* left = find(appliance, return_of(trial));
  return left != nullptr && left->appliance == appliance && left->good;
}

void Oracles::booted(std::uint32_t appliance, const Boot& boot, const BootState& state) {
  if (boot.slot != state.good && boot.slot != state.trial && !boot.picked)
    fail(appliance, "boots a slot that is neither good nor on trial");
  if (!state.slot(boot.slot).whole()) fail(appliance, "boots a slot that is not whole");
  if (boot.slot != state.trial) return;
  const Update* update = find(appliance, state.update);
  if ((update != nullptr && update->token) || is_return(appliance, state.update)) return;
  fail(appliance, update == nullptr ? "boots a trial that the log never granted"
                                    : "boots a trial without a token");
}

void Oracles::boot_state_changed(std::uint32_t appliance, const BootState& state, Slot running) {
  if (!state.slot(state.good).whole()) fail(appliance, "has no bootable slot");
  if (state.trial == state.good) fail(appliance, "has two active slots");
  if (running != Slot::none && running != state.good && running != state.trial &&
      state.trial != Slot::none)
    fail(appliance, "runs a slot that is neither good nor on trial");
  for (std::uint32_t place = lines_[appliance].update; place != none;) {
    Update& update = updates_[place];
    const bool armed = state.trial != Slot::none && state.update == update.id;
    if (update.on_trial && !armed) change(update, [](Update& u) { u.on_trial = false; });
    place = update.before;
  }
  Update* update = state.trial == Slot::none ? nullptr : find(appliance, state.update);
  if (update == nullptr || update->on_trial) return;
  change(*update, [](Update& u) { u.armed = u.on_trial = true; });
  // A trial of before may be back with its disk.
  if (reverts_ != 0 && lines_[appliance].lost_its_place) return;
  check_exposure(appliance, update->rollout);
}

void Oracles::slot_written(std::uint32_t appliance, Slot slot, Slot running) {
  if (slot == running) fail(appliance, "writes the slot that runs");
}

void Oracles::marked_good(std::uint32_t appliance, UpdateId id) {
  if (Update* update = find(appliance, id))
    change(*update, [](Update& u) { u.good = u.over = true, u.on_trial = false; });
}

void Oracles::fell_back(std::uint32_t appliance, UpdateId id) {
  if (Update* update = find(appliance, id))
    change(*update, [](Update& u) { u.fell_back = u.over = true, u.on_trial = false; });
}

// --- grants and halts

const Epoch* Oracles::halted(RolloutId rollout) const {
  const auto found = halts_.find(rollout);
  return found == halts_.end() ? nullptr : &found->second;
}

bool Oracles::heard_the_halt(std::uint32_t appliance, RolloutId rollout) const {
  const Epoch* epoch = halted(rollout);
  return epoch != nullptr && lines_[appliance].heard >= *epoch;
}

void Oracles::install_ordered(std::uint32_t appliance, const Grant& grant) {
  const Update* update = find(appliance, grant.update);
  const planner::Rollout* rollout = planner().rollouts.get(grant.rollout);
  if (update == nullptr || update->appliance != appliance || update->rollout != grant.rollout ||
      rollout == nullptr)
    return fail(appliance, "installs what the log never granted it");
  const RolloutSpec& spec = rollout->spec;
  const Appliance& box = world_->appliances()[appliance - 1];
  const Version running = box.running();
  if (spec.version != grant.version) fail(appliance, "installs another version than the rollout's");
  if (spec.hardware && spec.hardware != box.identity().hardware)
    fail(appliance, "installs a release for other hardware");
  if (spec.client && spec.client != box.identity().client)
    fail(appliance, "installs a rollout of another client");
  if (running > spec.version && !spec.downgrade) fail(appliance, "installs an older version");
  if (heard_the_halt(appliance, grant.rollout)) fail(appliance, "installs after it heard the halt");
}

void Oracles::arm_asked(std::uint32_t appliance, const Grant& grant) {
  const Update* update = find(appliance, grant.update);
  if (update == nullptr || update->appliance != appliance || !update->token)
    fail(appliance, "arms a trial without a token of the log");
  if (!window_open(appliance)) fail(appliance, "arms a trial outside its window");
  if (heard_the_halt(appliance, grant.rollout)) fail(appliance, "arms after it heard the halt");
}

// By the true time; clocks that are set differ from it by less than the grace.
bool Oracles::window_open(std::uint32_t appliance) const {
  const FaultMix& faults = world_->scenario().faults;
  if (faults.clock_drift_ppm != 0 || faults.clock_jumps_permille != 0) return true;
  const WallTime wall = Ground::midnight + Duration{now().value};
  const SiteId site = world_->appliances()[appliance - 1].identity().site;
  return window_is_open(world_->scenario().window, site, wall, seconds(1));
}

void Oracles::reboot_asked(std::uint32_t appliance, UpdateId id) {
  const Update* update = find(appliance, id);
  if (update != nullptr && !heard_the_halt(appliance, update->rollout)) return;
  if (is_return(appliance, id)) return;
  fail(appliance, update == nullptr ? "reboots into what the log never granted"
                                    : "reboots into the trial after it heard the halt");
}

void Oracles::answer_left(std::uint32_t appliance, const Answer& answer) {
  if (answer.grant.kind == GrantKind::none) return;
  if (halted(answer.grant.rollout) != nullptr) fail(appliance, "is sent a grant after the halt");
  const Update* update = find(appliance, answer.grant.update);
  if (update == nullptr || update->appliance != appliance || update->forgotten)
    return fail(appliance, "is sent a grant that is not in the log");
  if (answer.grant.kind == GrantKind::reboot && (!update->token || update->token_forgotten))
    fail(appliance, "is sent a token that is not in the log");
}

void Oracles::answer_taken(std::uint32_t appliance, const Answer& answer) {
  if (halts_.empty()) return;  // what it says is older than every halt
  Line& line = lines_[appliance];
  line.heard = std::max(line.heard, answer.epoch);
}

// --- decisions

void Oracles::decided(const Planner::Decided& decided, const Planner::Store& after) {
  if (const auto* grant = std::get_if<GrantIssued>(&decided.decision.what))
    granted(*grant, decided.position, after);
  if (const auto* reports = std::get_if<ReportsCounted>(&decided.decision.what))
    counted(*reports, after);
  if (const auto* passed = std::get_if<DeadlinePassed>(&decided.decision.what)) {
    const planner::Appliance* row = after.appliances.get(passed->appliance);
    Update* update = row == nullptr ? nullptr : find(number(passed->appliance), row->update);
    if (update != nullptr && row->order == passed->order && !planner::in_flight(row->stage)) {
      const bool silent = row->stage == planner::Stage::silent;
      change(*update, [&](Update& u) { u.silent = u.silent || silent, u.given_up = true; });
    }
    if (update != nullptr && passed->unused && row->order == passed->order) check_unused(*update);
  }
  for (std::uint32_t i = 0; i < after.rollouts.size(); ++i)
    if (after.rollouts.row(i).phase == planner::RolloutPhase::halted)
      halts_.try_emplace(after.rollouts.key(i), after.head.epoch);
}

// Whose token is taken back must not have used it. A disk that went back does not know.
void Oracles::check_unused(const Update& update) {
  if (update.armed && !lines_[update.appliance].lost_its_place)
    fail(update.appliance, "has its token taken back as never had, and was put on trial by it");
}

void Oracles::granted(const GrantIssued& grant, Position position, const Planner::Store& after) {
  const std::uint32_t number = this->number(grant.appliance);
  const planner::Appliance* row = after.appliances.get(grant.appliance);
  const bool applied =
      row != nullptr && (row->order.value & ((std::uint64_t{1} << 40) - 1)) == position.value;
  if (!applied) return;
  if (!orders_before_.empty() && row->order <= orders_before_[number])
    fail(number, "is given an order that is no newer than one of the lost centre");
  if (!grant.update) return fail(number, "is granted an update without an id");
  Update* known = find(number, grant.update);
  if (grant.kind == GrantKind::reboot) {
    if (known == nullptr) return fail(number, "is given a token for what the log never granted");
    return change(*known, [](Update& u) { u.token = true, u.token_forgotten = false; });
  }
  if (halted(grant.rollout) != nullptr) fail(number, "is granted an install after the halt");
  // A centre that went back may still find in its log what it had not applied by then.
  if (known != nullptr && known->forgotten && known->appliance == number &&
      known->rollout == grant.rollout && !world_->scenario().restore.by_hand) {
    change(*known, [](Update& u) { u.forgotten = false; });
    return check_caps(grant.rollout, number, after);
  }
  if (known != nullptr) return fail(number, "is granted an update a second time");
  const auto place = static_cast<std::uint32_t>(updates_.size());
  places_[grant.update.value] = place;
  updates_.push_back(
      {grant.update, number, grant.rollout, std::exchange(lines_[number].update, place)});
  hold(updates_.back(), 1);
  check_caps(grant.rollout, number, after);
}

// An update the books hold open is one the planner must count too: it hears of an end only after
// the appliance has reached it.
void Oracles::check_caps(RolloutId id, std::uint32_t appliance, const Planner::Store& after) {
  const planner::Rollout* rollout = after.rollouts.get(id);
  const std::uint32_t in_rollout = in_rollout_[id].open;
  const std::uint32_t at_site = open_at_site(appliance);
  const Policy& policy = rollout->spec.policy;
  const std::uint32_t allowed = planner::allowed_in_flight(*rollout);
  if (in_rollout > allowed)
    fail(appliance, "is granted as number " + std::to_string(in_rollout) + " in flight; " +
                        std::to_string(allowed) + " are allowed");
  if (at_site > policy.site_at_once)
    fail(appliance, "is granted as number " + std::to_string(at_site) + " of its site");
}

// On trial at once: no more than may be in flight, but for those the centre has given up.
void Oracles::check_exposure(std::uint32_t appliance, RolloutId id) {
  const planner::Rollout* rollout = planner().rollouts.get(id);
  const std::uint32_t exposed = in_rollout_[id].on_trial;
  const std::uint32_t allowed = planner::allowed_exposed(*rollout);
  if (exposed > allowed)
    fail(appliance, "is on trial as number " + std::to_string(exposed) + "; " +
                        std::to_string(allowed) + " are allowed");
}

bool Oracles::holds(std::uint32_t appliance, Version version) const {
  const auto& slots = world_->appliances()[appliance - 1].box().boot_state.slots;
  return std::any_of(slots.begin(), slots.end(), [&](const SlotContent& slot) {
    return slot.version == version && slot.whole();
  });
}

// --- reports

void Oracles::report_kept(std::uint32_t appliance, const Report& report) {
  Line& line = lines_[appliance];
  const bool next = report.seq.value == line.kept + 1;
  if (!next && !line.lost_its_place) fail(appliance, "skips a report's number");
  line.kept = next || line.lost_its_place ? report.seq.value : line.kept + 1;
  line.awaited.push_back({report.seq, digest_of(report)});
  if (backup_) backup_->kept_since[appliance].push_back(line.awaited.back());
  if (report.kind == ReportKind::staged && !holds(appliance, report.version))
    fail(appliance, "says that it has staged what its standby slot does not hold");
  const bool ends =
      report.kind == ReportKind::committed || report.kind == ReportKind::rolled_back ||
      report.kind == ReportKind::install_failed || report.kind == ReportKind::order_refused;
  Update* update = find(appliance, report.update);
  if (ends && update != nullptr) change(*update, [](Update& u) { u.over = true; });
}

void Oracles::counted(const ReportsCounted& what, const Planner::Store& after) {
  const std::uint32_t number = this->number(what.appliance);
  Line& line = lines_[number];
  for (const Report& report : what.reports) {
    if (report.seq.value <= line.counted) continue;  // told twice
    if (report.seq.value != line.counted + 1 && !line.lost_its_place)
      fail(number, "a report of it was lost");
    const auto made =
        std::find_if(line.awaited.begin(), line.awaited.end(), [&](const Awaited& each) {
          return each.seq == report.seq && each.digest == digest_of(report);
        });
    if (made == line.awaited.end()) fail(number, "the centre counts a report it never made");
    line.counted = report.seq.value;
  }
  std::erase_if(line.awaited, [&](const Awaited& each) { return each.seq.value <= line.counted; });
  if (line.awaited.empty()) line.awaited = {};  // most appliances owe nothing: hold no room
  const planner::Appliance* row = after.appliances.get(what.appliance);
  if (row == nullptr || row->reports_through.value != line.counted)
    fail(number, "the centre's mark of its reports is not what the log took");
}

}  // namespace drydock::sim
