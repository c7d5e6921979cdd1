// Which rollout governs an appliance, and why it gets nothing now.
#include <algorithm>

#include "actors/planner/evidence.hpp"
#include "actors/planner/openings.hpp"
#include "actors/planner/selection.hpp"

namespace drydock {

using planner::Appliance;
using planner::Rollout;
using planner::RolloutPhase;
using planner::Stage;

namespace {

Wait of_phase(const Rollout& rollout, RolloutId id) {
  switch (rollout.phase) {
    case RolloutPhase::halted:
      return {WaitReason::halted, id.value, planner::failures(rollout.tally)};
    case RolloutPhase::paused: return {WaitReason::paused, id.value, 0};
    case RolloutPhase::held: return {WaitReason::held, id.value, 0};
    case RolloutPhase::expired: return {WaitReason::expired, id.value, 0};
    case RolloutPhase::unknown:
    case RolloutPhase::created: return {WaitReason::no_rollout, 0, 0};
    case RolloutPhase::running: return {};
  }
  return {WaitReason::no_rollout, 0, 0};
}

// Does it run, and would be for this appliance at another site?
bool of_another_site(const Planner::Store& store, const Rollout& rollout, const Appliance& row) {
  return rollout.phase == RolloutPhase::running &&
         planner::leaves_out_site(store, rollout.spec, row) && planner::names(rollout.spec, row);
}

// The number of the name of a part's model, or of its class.
std::uint64_t part_name(const Planner::Store& store, RolloutId id, std::uint32_t number) {
  const planner::Stratum* part = store.strata.get(planner::stratum_id(id, number));
  return part->site_class ? part->site_class.value : part->hardware.value;
}

// A rollout that a person has not let begin.
Wait of_plan(const Rollout& rollout, RolloutId id) {
  const bool approval = planner::waits_for_approval(rollout);
  return {approval ? WaitReason::approval : WaitReason::not_started, id.value, 0};
}

// May this release ever reach what the appliance is and runs? Another rollout may.
Wait of_graph(const Appliance& row, const RolloutSpec& spec) {
  if (spec.hardware && spec.hardware != row.hardware)
    return {WaitReason::hardware, spec.hardware.value, 0};
  if (row.running == spec.version) return {};
  for (const Version end : spec.dead_ends)
    if (row.running == end) return {WaitReason::dead_end, end.value, 0};
  if (row.running < spec.needs && !spec.downgrade) return {WaitReason::graph, spec.needs.value, 0};
  return {};
}

// The appliance's own part: may this rollout ever give it something?
Wait of_appliance(const Appliance& row, const Rollout& rollout, RolloutId id) {
  const RolloutSpec& spec = rollout.spec;
  if (row.running == spec.version) return {WaitReason::up_to_date, spec.version.value, 0};
  const bool tried = row.rollout == id && row.retries >= rollout.retries;
  if (tried && (planner::ended_badly(row.stage) || row.lapses >= Planner::lapses_max))
    return {WaitReason::failed_before, id.value, 0};
  if (planner::strikes(row) >= planner::strikes_max && rollout.retries == 0)
    return {WaitReason::quarantined, planner::strikes(row), 0};
  if (row.running > spec.version && !spec.downgrade)
    return {WaitReason::newer_already, row.running.value, 0};
  return {};
}

// Room: of the ramp, under the cap, at the site, in the whole fleet, and on the line.
Wait of_caps(const Planner::Store& store, const Appliance& row, const Rollout& rollout) {
  const std::uint32_t allowed = planner::allowed_in_flight(rollout);
  const std::uint32_t taken = rollout.in_flight + rollout.proposed;
  if (taken >= allowed) {
    const std::uint32_t cap = planner::exposure_cap(rollout);
    if (taken < planner::allowed_exposed(rollout))
      return {WaitReason::cap, rollout.tally.exposed, cap};
    return {WaitReason::ramp, taken, allowed};
  }
  const planner::Site* site = store.sites.get(row.site);
  const std::uint32_t busy = site == nullptr ? 0 : site->in_flight + site->proposed;
  if (busy >= rollout.spec.policy.site_at_once)
    return {WaitReason::site_busy, busy, rollout.spec.policy.site_at_once};
  if (const std::uint32_t limit = rollout.spec.policy.fleet_at_once; limit != 0)
    if (const std::uint64_t all = planner::all_in_flight(store, true); all >= limit)
      return {WaitReason::fleet_busy, all, limit};
  if (const std::uint32_t limit = rollout.spec.policy.downloads_at_once; limit != 0)
    if (const std::uint32_t all = rollout.downloading + rollout.proposed; all >= limit)
      return {WaitReason::bandwidth, all, limit};
  return {};
}

// What a staged appliance waits for: its token.
Wait of_token(const Appliance& row, const Rollout& rollout, RolloutId id) {
  if (row.stage != Stage::staged) return {};
  const Policy& policy = rollout.spec.policy;
  if (policy.download_only) return {WaitReason::download_only, id.value, 0};
  if (!planner::on_evidence(policy)) return {};
  const std::uint32_t cap = planner::exposure_cap(rollout);
  if (rollout.tally.exposed >= cap) return {WaitReason::cap, rollout.tally.exposed, cap};
  const std::uint32_t allowed = planner::allowed_exposed(rollout);
  if (rollout.exposed_now >= allowed) return {WaitReason::exposure, rollout.exposed_now, allowed};
  return {};
}

// The rollouts in the order in which they are asked: by priority, and of the same the newest first.
class Order {
 public:
  explicit Order(const Planner::Store& store) : size_(store.rollouts.size()) {
    for (std::uint32_t n = 0; n < size_ && n < rows_.size(); ++n) {
      const auto row = static_cast<std::uint8_t>(size_ - 1 - n);
      const std::uint32_t priority = priority_of(store, row);
      std::uint32_t at = n;  // stable: behind those of the same priority
      for (; at > 0 && store.head.prioritised && priority_of(store, rows_[at - 1]) < priority; --at)
        rows_[at] = rows_[at - 1];
      rows_[at] = row;
    }
  }
  std::uint32_t size() const { return size_; }
  std::uint32_t operator[](std::uint32_t n) const { return rows_[n]; }

 private:
  static std::uint32_t priority_of(const Planner::Store& store, std::uint32_t row) {
    return store.rollouts.row(row).spec.policy.priority;
  }
  std::uint32_t size_;
  std::array<std::uint8_t, Planner::rollouts_max> rows_{};
};

// What came to nothing on the appliance is not offered again at once, unless a person says so.
Wait of_pause(const Appliance& row, const Rollout* rollout, RolloutId id, const Turn& now) {
  const bool pauses = rollout != nullptr && row.rollout == id && row.stage == Stage::lapsed &&
                      row.retries >= rollout->retries && now.up < row.deadline;
  if (!pauses) return {};
  const auto seconds = static_cast<std::uint64_t>((row.deadline - now.up).value / 1000);
  return {WaitReason::pausing, seconds, row.lapses};
}

bool is_over(RolloutPhase phase) {
  return phase == RolloutPhase::halted || phase == RolloutPhase::expired;
}

}  // namespace

Wait Planner::why(const Store& store, const Appliance& row, RolloutId& governing) noexcept {
  governing = {};
  Wait elsewhere{WaitReason::no_rollout, 0, 0};
  RolloutId of_elsewhere, planned, of_done;
  Wait done;
  // The newest rollout that is meant for it governs, or one with a higher priority until it has
  // nothing for it; an older one never works against it, but it may be the way there.
  const Order order(store);
  for (std::uint32_t n = 0; n < order.size(); ++n) {
    const RolloutId rollout_id = store.rollouts.key(order[n]);
    const Rollout& rollout = store.rollouts.row(order[n]);
    if (rollout_id < of_done) continue;
    if (!planner::selects(store, rollout.spec, row, rollout_id)) {
      if (elsewhere.reason == WaitReason::no_rollout && of_another_site(store, rollout, row))
        elsewhere = {WaitReason::not_selected, rollout_id.value, 0};
      continue;
    }
    if (rollout.phase == RolloutPhase::created) {
      const bool fits = of_graph(row, rollout.spec).reason == WaitReason::none &&
                        of_appliance(row, rollout, rollout_id).reason == WaitReason::none;
      if (!planned && fits) planned = rollout_id;
      continue;
    }
    // What is in flight proves itself first, also for an older rollout: it may well run this
    // release already, but on trial.
    const bool under_way = planner::is_awaited(row.stage);
    const Wait unreachable = under_way ? Wait{} : of_graph(row, rollout.spec);
    if (unreachable.reason != WaitReason::none) {
      if (!of_elsewhere) elsewhere = unreachable, of_elsewhere = rollout_id;
      if (unreachable.reason == WaitReason::dead_end) break;
      continue;
    }
    // On the way to a newer release, an older one is of use only where it leads on.
    governing = rollout_id;
    const Wait own = under_way ? Wait{} : of_appliance(row, rollout, rollout_id);
    const Wait phase = of_phase(rollout, rollout_id);
    const bool over = is_over(rollout.phase) && store.head.prioritised && !under_way;
    if (own.reason != WaitReason::none || over) {
      if (of_elsewhere && elsewhere.reason == WaitReason::graph) break;
      done = own.reason != WaitReason::none ? own : phase;
      of_done = rollout_id;
      if (!store.head.prioritised) break;
      continue;
    }
    if (phase.reason != WaitReason::none) return phase;
    if (const std::uint32_t part = planner::part_halted(store, rollout_id, row); part != 0)
      return {WaitReason::part_halted, rollout_id.value, part_name(store, rollout_id, part)};
    if (row.proposing != planner::Proposing::nothing) return {WaitReason::deciding, 0, 0};
    if (under_way) {
      if (row.rollout == rollout_id)
        if (const Wait wait = of_token(row, rollout, rollout_id); wait.reason != WaitReason::none)
          return wait;
      return {WaitReason::in_progress, row.order.value, 0};
    }
    if (store.head.proposing >= proposals_max) return {WaitReason::busy, 0, 0};
    return of_caps(store, row, rollout);
  }
  const bool told_elsewhere = of_elsewhere && elsewhere.reason == WaitReason::graph;
  const bool told_plan = planned && !of_elsewhere && done.reason == WaitReason::up_to_date;
  if (of_done && !told_elsewhere && !told_plan) {
    governing = of_done;
    return done;
  }
  governing = of_elsewhere;
  if (of_elsewhere || !planned) return elsewhere;
  governing = planned;
  return of_plan(*store.rollouts.get(planned), planned);
}

Wait Planner::why(const Store& store, std::uint32_t i, RolloutId& governing,
                  const Turn& now) noexcept {
  const Appliance& row = store.appliances.row(i);
  const Wait wait = why(store, row, governing);
  if (wait.reason == WaitReason::in_progress && row.stage == Stage::staged)
    if (const auto window = planner::window_now(store, row.rollout, now); !window.open)
      return {WaitReason::window, static_cast<std::uint64_t>(window.opens.value),
              window.clock_unset ? 1U : 0U};
  if (wait.reason != WaitReason::none) return wait;
  const Rollout* rollout = store.rollouts.get(governing);
  if (const Wait pause = of_pause(row, rollout, governing, now); pause.reason != WaitReason::none)
    return pause;
  if (rollout == nullptr || !planner::on_evidence(rollout->spec.policy) || rollout->fleet == 0)
    return wait;
  const std::uint64_t place = planner::place(*rollout, store.appliances.key(i));
  const std::uint64_t served = planner::places_served(*rollout, now.up);
  if (place > served) return {WaitReason::turn, place, served};
  // The canary has some of every model and class, as long as they are there to ask.
  const std::uint32_t canary = planner::allowed_exposed(*rollout);
  if (rollout->tally.committed > 0 || rollout->strata < 2 ||
      now.up - rollout->room_since > spread_patience)
    return wait;
  for (const std::uint32_t number : planner::strata_of(store, governing, row).both()) {
    if (number == 0) continue;
    const std::uint32_t parts = planner::strata_like(store, governing, number);
    const std::uint32_t share = (canary + parts - 1) / parts;
    const planner::Stratum* part = store.strata.get(planner::stratum_id(governing, number));
    if (parts > 1 && part->granted >= share) return {WaitReason::turn, place, served};
  }
  return wait;
}

std::uint32_t Planner::targets(const Store& store, RolloutId rollout_id) noexcept {
  const Rollout* rollout = store.rollouts.get(rollout_id);
  if (rollout == nullptr) return 0;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const Appliance& row = store.appliances.row(i);
    const bool newer = row.running > rollout->spec.version && !rollout->spec.downgrade;
    if (!newer && planner::names(rollout->spec, row) &&
        planner::selects(store, rollout->spec, row, rollout_id))
      ++count;
  }
  return count;
}

}  // namespace drydock
