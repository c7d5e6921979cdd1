#include "simulations/model/world.hpp"

#include <algorithm>
#include <array>

namespace drydock::sim {
namespace {

constexpr Duration look_interval = minutes(1);
constexpr std::uint32_t operator_requests = 0x40000000;  // apart from the appliances' requests

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
    appliances_[at].begin({static_cast<std::int64_t>(dice.below(5 * 60'000))});
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
    }
  }
  schedule_closings();
  ground_.run.schedule(self, look_interval, {self, 0, 0, Kind::look, 0, 0});
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
  if (happening.target == 0)
    centre_.happen(happening);
  else if (happening.target <= appliances_.size())
    appliances_[happening.target - 1].happen(happening);
  else
    look();
  for (const auto& [sender, process, serial] : ground_.impatient)
    appliances_[sender - 1].await_answer(process, serial);
  ground_.impatient.clear();
  return true;
}

// A large fleet lies in memory, not in the caches: what the next events need is fetched while this
// one happens.
void World::prefetch() const {
  constexpr std::size_t far = 12, near = 6;
  if (const Happening* h = ground_.run.ahead(far)) {
    if (h->target != 0 && h->target <= appliances_.size())
      appliances_[h->target - 1].prefetch(), ground_.run.prefetch(h->target);
    else if (h->kind == Kind::request)
      centre_.prefetch_places(h->number);
  }
  const Happening* h = ground_.run.ahead(near);
  if (h != nullptr && h->kind == Kind::request) centre_.prefetch_rows(h->number);
}

// --- the operators -------------------------------------------------------------------------------

// Rollouts come in the order of the scenario; each is created, then started. What was not decided
// is asked again at the next look.
void World::act_as_operator() {
  if (!centre_.listens()) return;  // they wait for it
  const Planner::Store& planner = centre_.planner();
  const auto& plans = scenario().rollouts;
  const std::uint32_t created = planner.rollouts.size();
  const auto ask = [&](const Planner::MoveAsked& move) {
    centre_.ask(move);
    if (!scenario().faults.doubled_acts || now() >= scenario().faults.until) return;
    Planner::MoveAsked again = move;
    again.request = {operator_requests + ++rollouts_asked_};
    centre_.ask(again);
  };
  if (created < plans.size() && plans[created].at <= now())
    centre_.ask(Planner::RolloutAsked{
        {operator_requests + ++rollouts_asked_}, plans[created].spec, "operator", "scenario"});
  for (std::uint32_t i = 0; i < created; ++i)
    if (planner.rollouts.row(i).phase == planner::RolloutPhase::created)
      ask({{operator_requests + ++rollouts_asked_},
           {RolloutId{i + 1}, RolloutMove::start},
           "operator",
           "scenario"});
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
    ask({{operator_requests + ++rollouts_asked_}, {act.rollout, act.move}, "operator", "scenario"});
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

void World::look() {
  looked_ = true;
  act_as_operator();
  const std::uint32_t self = scenario().appliances + 1;
  ground_.run.schedule(self, look_interval, {self, 0, 0, Kind::look, 0, 0});
  bool done = centre_.up() && centre_.planner().rollouts.size() == scenario().rollouts.size();
  for (std::uint32_t i = 0; done && i < centre_.planner().rollouts.size(); ++i)
    done = centre_.planner().rollouts.row(i).phase != planner::RolloutPhase::created;
  done = done && all_from(unfinished_, [&](const Appliance& a) { return final_for(a); });
  if (!done) done_at_.reset();
  if (done && !done_at_) done_at_ = now();
  settled_ = done && all_from(restless_, [](const Appliance& a) { return a.at_rest(); });
  ended_ = settled_ && now() - Instant{} >= scenario().at_least;
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
