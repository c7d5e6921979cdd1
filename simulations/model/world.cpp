#include "simulations/model/world.hpp"

#include <algorithm>
#include <array>

#include "simulations/coverage/coverage.hpp"

namespace drydock::sim {
namespace {

constexpr Duration look_interval = minutes(1);
constexpr std::uint32_t operator_requests = 0x40000000;  // apart from the appliances' requests

Kind of_disk(FaultKind kind) {
  if (kind == FaultKind::journal_lost) return Kind::journal_lost;
  return kind == FaultKind::save ? Kind::saved : Kind::reverted;
}

// How many retries of its rollout the acts up to this one make.
std::uint32_t retries_until(const Scenario& scenario, std::size_t act) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i <= act; ++i)
    if (scenario.acts[i].move == RolloutMove::retry &&
        scenario.acts[i].rollout == scenario.acts[act].rollout)
      ++count;
  return count;
}

}  // namespace

World::World(const Scenario& scenario, std::uint64_t seed, Witness& witness, SetUp order)
    : ground_(scenario, seed, scenario.appliances + 2, witness,
              order == SetUp::forwards ? QueueKind::ring : QueueKind::heap,
              order == SetUp::forwards ? Idle::spared : Idle::happens),
      centre_(ground_, scenario.appliances),
      faults_(draw_faults(scenario, seed, scenario.appliances)),
      acts_done_(scenario.acts.size(), false) {
  ASSERT(scenario.appliances > 0);
  appliances_.reserve(scenario.appliances);
  for (std::uint32_t i = 1; i <= scenario.appliances; ++i) appliances_.emplace_back(ground_, i);
  begin(order);
}

void World::begin(SetUp order) {
  constexpr std::uint64_t stream = 0x626567;
  centre_.begin();
  const std::uint32_t n = scenario().appliances;
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t at = order == SetUp::forwards ? i : n - 1 - i;
    // They come up over some minutes, as after a power cut in the district.
    Dice dice(seed() ^ stream, at, 0);
    const Duration within_minutes{static_cast<std::int64_t>(dice.below(5 * 60'000))};
    appliances_[at].begin(within_minutes + joins_after(at + 1));
  }
  const std::uint32_t self = n + 1;
  for (const Fault& fault : faults_) {
    switch (fault.kind) {
      case FaultKind::kill:
      case FaultKind::cut:
        ground_.run.schedule(
            self, fault.at - Instant{},
            {fault.appliance, 0, 0, fault.kind == FaultKind::kill ? Kind::kill : Kind::cut, 0, 0});
        break;
      case FaultKind::kill_at_point:
        appliances_[fault.appliance - 1].kill_at_point(fault.point);
        break;
      case FaultKind::cut_at_point:
        appliances_[fault.appliance - 1].cut_at_point(fault.point);
        break;
      case FaultKind::centre_kill: centre_.kill_at_point(fault.point); break;
      case FaultKind::centre_pause:
        ground_.run.schedule(self, fault.at - Instant{}, {0, 0, 0, Kind::centre_pause, 0, 0});
        break;
      case FaultKind::clock_jump:
        ground_.run.schedule(self, fault.at - Instant{},
                             {fault.appliance, 0, 0, Kind::clock_jumped, 0, 0});
        break;
      case FaultKind::journal_lost:
      case FaultKind::save:
      case FaultKind::revert:
        ground_.run.schedule(self, fault.at - Instant{},
                             {fault.appliance, 0, 0, of_disk(fault.kind), 0, 0});
        break;
    }
  }
  if (const Restore& restore = scenario().restore; restore.at != Instant{}) {
    ground_.run.schedule(self, restore.backup - Instant{}, {0, 0, 0, Kind::centre_backup, 0, 0});
    ground_.run.schedule(self, restore.at - Instant{}, {0, 0, 0, Kind::centre_lost, 0, 0});
  }
  schedule_closings();
  ground_.run.schedule(self, look_interval, {self, 0, 0, Kind::look, 0, 0});
}

// Nothing for most of them.
Duration World::joins_after(std::uint32_t number) const {
  constexpr std::uint64_t stream = 0x6A6F69;
  const FleetShape& fleet = scenario().fleet;
  if (fleet.late_permille == 0) return {};
  Dice dice(seed() ^ stream, number, 0);
  if (dice.below(1000) >= fleet.late_permille) return {};
  SOMETIMES(true, "an appliance joins late");
  return {static_cast<std::int64_t>(
      dice.below(static_cast<std::uint64_t>(fleet.joins_within.value) + 1))};
}

// A copy of an appliance's disk is taken, and later put back.
void World::save_or_revert(const Happening& happening) {
  Appliance& appliance = appliances_[happening.target - 1];
  if (happening.kind == Kind::saved) {
    saved_.emplace(happening.target, Saved{appliance, appliance.durable()});
  } else if (const auto found = saved_.find(happening.target); found != saved_.end()) {
    if (!ground_.healed()) appliance.revert_to(found->second.appliance, found->second.durable);
    saved_.erase(found);
  }
}

// Sites keep office hours as a whole; each box is switched off within some minutes of the hour.
void World::schedule_closings() {
  constexpr std::uint64_t stream = 0x636C6F;
  const OfficeHours& office = scenario().office_hours;
  if (office.share_permille == 0) return;
  for (const Appliance& box : appliances_) {
    const std::uint32_t number = static_cast<std::uint32_t>(&box - appliances_.data()) + 1;
    if (Dice(seed() ^ stream, box.identity().site.value, 0).below(1000) >= office.share_permille)
      continue;
    Dice minutes_late(seed() ^ stream, box.identity().id.value, 1);
    const Duration late{static_cast<std::int64_t>(minutes_late.below(10 * 60'000))};
    ground_.run.schedule(number, office.closes + late, {number, 0, 0, Kind::closes, 0, 0});
  }
}

bool World::step() {
  if (ground_.run.done() || ground_.run.next_at() > Instant{} + scenario().horizon) return false;
  const Happening happening = ground_.run.next();
  prefetch();
  ++by_kind_[static_cast<std::size_t>(happening.kind)];
  if (happening.kind == Kind::centre_backup) acts_at_backup_ = acts_done_;
  if (happening.target == 0)
    centre_.happen(happening);
  else if (happening.kind == Kind::saved || happening.kind == Kind::reverted)
    save_or_revert(happening);
  else if (happening.target <= appliances_.size())
    appliances_[happening.target - 1].happen(happening);
  else
    look();
  for (const auto& [sender, process, serial] : ground_.impatient)
    appliances_[sender - 1].await_answer(process, serial);
  ground_.impatient.clear();
  return true;
}

// A large fleet lies in memory, not in the caches: what the next events need is fetched while these
// happen. A few at a time, since each is on a page of its own, and pages are found side by side;
// not more, since a processor waits for few lines at once.
void World::prefetch() const {
  constexpr std::size_t batch = 4;
  static_assert(3 * batch <= RingQueue<Happening>::known);
  if (ground_.run.events() % batch != 0) return;
  for (std::size_t n = 2 * batch; n < 3 * batch; ++n) {
    const Happening* h = ground_.run.ahead(n);
    if (h == nullptr) break;
    if (h->target != 0 && h->target <= appliances_.size())
      appliances_[h->target - 1].prefetch(), ground_.run.prefetch(h->target);
    else if (h->kind == Kind::request)
      centre_.prefetch_places(h->number);
  }
  for (std::size_t n = batch; n < 2 * batch; ++n) {
    const Happening* h = ground_.run.ahead(n);
    if (h == nullptr) break;
    if (h->target != 0 && h->target <= appliances_.size())
      appliances_[h->target - 1].prefetch_under_way();
    else if (h->kind == Kind::request)
      centre_.prefetch_rows(h->number);
  }
}

// --- the operators -------------------------------------------------------------------------------

void World::ask(RolloutId rollout, RolloutMove move) {
  const auto once = [&] {
    centre_.ask(Planner::MoveAsked{
        {operator_requests + ++rollouts_asked_}, {rollout, move}, "operator", "scenario"});
  };
  once();
  if (scenario().faults.doubled_acts && now() < scenario().faults.until) once();
}

bool World::was_halted(RolloutId rollout) const {
  const auto& halted = centre_.restored().halted;
  return std::find(halted.begin(), halted.end(), rollout) != halted.end();
}

bool World::restore_is_over() const {
  const Restore& restore = scenario().restore;
  if (restore.at == Instant{}) return true;
  const Instant back = centre_.restored().at;
  return back != Instant{} && (restore.by_hand || (now() >= back + restore.held && held_.empty()));
}

// A centre that is back from a backup does not know what came after it. People halt again what was
// halted, do again what they had done since, and after a while let the rest go on. True: nothing
// else happens meanwhile.
bool World::act_after_restore() {
  const Centre::Restored& restored = centre_.restored();
  if (restored.at == Instant{} || scenario().restore.by_hand) return false;
  if (!knows_of_restore_) {
    knows_of_restore_ = true;
    acts_done_ = acts_at_backup_;
    held_ = restored.held;
  }
  const Planner::Store& planner = centre_.planner();
  for (const RolloutId id : restored.halted) {
    const planner::Rollout* rollout = planner.rollouts.get(id);
    if (rollout != nullptr && rollout->phase != planner::RolloutPhase::halted)
      ask(id, RolloutMove::halt);
  }
  std::erase_if(held_, [&](RolloutId id) {
    return planner.rollouts.get(id)->phase != planner::RolloutPhase::paused;
  });
  if (now() < restored.at + scenario().restore.held) return true;
  for (const RolloutId id : held_) ask(id, RolloutMove::resume);
  return !held_.empty();
}

// Rollouts come in the order of the scenario; each is created, then started. What was not decided
// is asked again at the next look.
void World::act_as_operator() {
  if (!centre_.listens()) return;  // they wait for it
  if (act_after_restore()) return;
  const Planner::Store& planner = centre_.planner();
  const auto& plans = scenario().rollouts;
  const std::uint32_t created = planner.rollouts.size();
  // A planner that reads old rows has not seen yet what it was asked for.
  const bool asked = scenario().faults.stale_permille != 0 && !planner.head.asked.empty();
  if (created < plans.size() && plans[created].at <= now() && !asked)
    centre_.ask(Planner::RolloutAsked{
        {operator_requests + ++rollouts_asked_}, plans[created].spec, "operator", "scenario"});
  for (std::uint32_t i = 0; i < created; ++i) {
    const RolloutId id{i + 1};
    if (planner.rollouts.row(i).phase == planner::RolloutPhase::created)
      ask(id, was_halted(id) ? RolloutMove::halt : RolloutMove::start);
  }
  for (std::size_t i = 0; i < scenario().acts.size(); ++i) {
    const OperatorAct& act = scenario().acts[i];
    const planner::Rollout* rollout = planner.rollouts.get(act.rollout);
    if (acts_done_[i]) continue;
    // One after the other: a resume never overtakes its pause.
    if (rollout == nullptr || act.at > now() || rollout->tally.committed < act.committed) break;
    const planner::RolloutPhase wanted =
        act.move == RolloutMove::halt    ? planner::RolloutPhase::halted
        : act.move == RolloutMove::pause ? planner::RolloutPhase::paused
                                         : planner::RolloutPhase::running;
    const bool retry = act.move == RolloutMove::retry;
    const bool done =
        retry ? rollout->retries >= retries_until(scenario(), i) : rollout->phase == wanted;
    if (done || rollout->phase == planner::RolloutPhase::halted) {
      acts_done_[i] = true;
      continue;
    }
    ask(act.rollout, act.move);
    break;
  }
}

// --- is everything done? -------------------------------------------------------------------------

bool World::final_for(const Appliance& appliance) const {
  // With one of these an appliance gets nothing more until a person acts.
  constexpr std::array final_reasons = {WaitReason::up_to_date,  WaitReason::no_rollout,
                                        WaitReason::halted,      WaitReason::failed_before,
                                        WaitReason::hardware,    WaitReason::newer_already,
                                        WaitReason::not_selected};
  const Planner::Store& planner = centre_.planner();
  const planner::Appliance* row = planner.appliances.get(appliance.identity().id);
  if (row == nullptr || row->proposing != planner::Proposing::nothing ||
      planner::in_flight(row->stage))
    return false;
  RolloutId rollout;
  const WaitReason reason = Planner::why(planner, *row, rollout).reason;
  return std::find(final_reasons.begin(), final_reasons.end(), reason) != final_reasons.end();
}

// Has every appliance what it can get? A planner that has taken no turn since then still says so.
bool World::all_final() {
  const TurnMark& mark = centre_.planner_machine().mark();
  if (final_at_ == mark) return true;
  if (!all_from(unfinished_, [&](const Appliance& a) { return final_for(a); })) return false;
  final_at_ = mark;
  return true;
}

void World::look() {
  looked_ = true;
  act_as_operator();
  const std::uint32_t self = scenario().appliances + 1;
  ground_.run.schedule(self, look_interval, {self, 0, 0, Kind::look, 0, 0});
  // A log that takes what it said it did not know may have taken one twice.
  const std::size_t created = centre_.planner().rollouts.size(), plans = scenario().rollouts.size();
  const bool all_created =
      scenario().faults.log_unknown_permille == 0 ? created == plans : created >= plans;
  bool done = centre_.up() && restore_is_over() && all_created;
  for (std::uint32_t i = 0; done && i < centre_.planner().rollouts.size(); ++i)
    done = centre_.planner().rollouts.row(i).phase != planner::RolloutPhase::created;
  done = done && all_final();
  if (!done) done_at_.reset();
  if (done && !done_at_) done_at_ = now();
  // Only the look that may end the run, and the last one, have to know.
  const bool may_end = now() - Instant{} >= scenario().at_least;
  const bool is_last = now() + look_interval > Instant{} + scenario().horizon;
  settled_ = done && (may_end || is_last) &&
             all_from(restless_, [&](const Appliance& a) { return a.at_rest() && has_heard(a); });
  ended_ = settled_ && may_end;
}

// Has it heard the centre that was set up again? Until then it does not know what to report again.
bool World::has_heard(const Appliance& appliance) const {
  if (scenario().restore.at == Instant{} || scenario().restore.by_hand) return true;
  return appliance.unreachable() ||
         appliance.machine<Scheduler>().store().epoch >= centre_.planner().head.epoch;
}

// Is it so with every appliance? Begins with the one it was last not so with.
template <class IsSo>
bool World::all_from(std::size_t& first, IsSo&& is_so) const {
  for (std::size_t n = 0; n < appliances_.size(); ++n) {
    const std::size_t i = (first + n) % appliances_.size();
    if (is_so(appliances_[i])) continue;
    first = i;
    return false;
  }
  return true;
}

std::uint64_t World::digest() const {
  Digest digest;
  for (const Appliance& appliance : appliances_) digest.absorb(appliance.digest());
  absorb(digest, centre_.registry_machine().mark());
  absorb(digest, centre_.planner_machine().mark());
  digest.absorb(centre_.gateway_digest());
  digest.absorb(centre_.log_digest());
  return digest.value();
}

}  // namespace drydock::sim
