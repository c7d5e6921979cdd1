#include "actors/planner/verdicts.hpp"

#include <algorithm>

#include "actors/planner/evidence.hpp"
#include "actors/planner/selection.hpp"

namespace drydock::planner {

Rollout* rollout_of(Store& store, RolloutId id) {
  const std::uint32_t i = store.rollouts.find(id);
  return i == store.rollouts.none ? nullptr : &store.rollouts.change(i);
}

Stratum* stratum_at(Store& store, RolloutId rollout, std::uint32_t number) {
  const std::uint32_t i =
      number == 0 ? store.strata.none : store.strata.find(stratum_id(rollout, number));
  return i == store.strata.none ? nullptr : &store.strata.change(i);
}

void halt(Store& store, Rollout& rollout, WallTime at, const Text<32>& by) {
  if (rollout.phase == RolloutPhase::halted) return;
  rollout.phase = RolloutPhase::halted;
  rollout.moved = at;
  rollout.moved_by = by;
  ++store.head.epoch.value;  // every grant of an older epoch that is not yet used is void
}

void hold_if_undecided(Rollout& rollout, WallTime at) {
  if (!must_hold(rollout)) return;
  rollout.phase = RolloutPhase::held;
  rollout.moved = at;
  rollout.moved_by = {};
}

namespace {

void take_out(Verdicts& all, Verdicts some) {
  all.seen -= std::min(all.seen, some.seen);
  all.failed -= std::min(all.failed, some.failed);
}

// The verdicts of a part that is halted say nothing of anybody else: neither in the whole, nor in a
// class that some of its model stand in, or a model that some of its class are of.
void take_out_part(Store& store, RolloutId id, std::uint32_t number) {
  const Stratum* part = store.strata.get(stratum_id(id, number));
  Rollout* rollout = rollout_of(store, id);
  take_out(rollout->verdicts, part->verdicts);
  for (std::uint32_t n = 1; n <= rollout->strata; ++n) {
    const StrataOf both = part->site_class ? StrataOf{n, number} : StrataOf{number, n};
    const Verdicts* shared = store.crossings.get(crossing_id(id, both));
    if (shared == nullptr || store.strata.get(stratum_id(id, n))->halted) continue;
    take_out(stratum_at(store, id, n)->verdicts, *shared);
  }
}

bool all_models_halted(const Store& store, RolloutId id, const Rollout& rollout) {
  std::uint32_t models = 0, halted = 0;
  for (std::uint32_t n = 1; n <= rollout.strata; ++n) {
    const Stratum* part = store.strata.get(stratum_id(id, n));
    if (part->site_class) continue;
    ++models;
    halted += part->halted ? 1 : 0;
  }
  return models == halted;
}

// A part of the fleet fails by itself: nobody of it goes on, and its verdicts no longer count in
// the whole, unless the policy ends it for all.
void judge_part(Store& store, RolloutId id, std::uint32_t number, WallTime at) {
  Stratum* part = stratum_at(store, id, number);
  Rollout* rollout = rollout_of(store, id);
  if (part == nullptr || part->halted || !must_halt(rollout->spec.policy, *part)) return;
  part->halted = true;
  ++rollout->parts_halted;
  take_out_part(store, id, number);
  if (rollout->spec.policy.stratum_halts_all || all_models_halted(store, id, *rollout))
    return halt(store, *rollout, at, {});
  ++store.head.epoch.value;
}

// Where those of this model and this class are counted; nothing: it is not in two parts.
Verdicts* crossing_at(Store& store, RolloutId id, StrataOf strata) {
  if (strata.model == 0 || strata.site_class == 0) return nullptr;
  std::uint32_t i = store.crossings.find(crossing_id(id, strata));
  if (i == store.crossings.none) {
    if (store.crossings.full()) return nullptr;
    i = store.crossings.insert(crossing_id(id, strata));
  }
  return &store.crossings.change(i);
}

}  // namespace

void judge(Store& store, RolloutId id, std::uint8_t strata, WallTime at) {
  Rollout* rollout = rollout_of(store, id);
  if (rollout == nullptr) return;
  for (const std::uint32_t number : unpacked(strata).both()) judge_part(store, id, number, at);
  if (must_halt(*rollout)) return halt(store, *rollout, at, {});
  rollout->accepted = rollout->accepted || may_accept(*rollout);
  hold_if_undecided(*rollout, at);
}

void count_verdict(Store& store, std::uint32_t i, bool failed) {
  Appliance& row = store.appliances.change(i);
  Rollout* rollout = rollout_of(store, row.rollout);
  const bool first = (row.reached & verdict_bit) == 0;
  const bool worse = failed && (row.reached & failed_bit) == 0;
  if (rollout == nullptr || (!first && !worse)) return;
  const auto add = [&](Verdicts& verdicts) {
    verdicts.seen += first ? 1 : 0;
    verdicts.failed += worse ? 1 : 0;
  };
  // Of a halted part it counts there alone.
  bool apart = false;
  for (const std::uint32_t number : unpacked(row.strata).both())
    if (const Stratum* part = stratum_at(store, row.rollout, number)) apart = apart || part->halted;
  for (const std::uint32_t number : unpacked(row.strata).both())
    if (Stratum* part = stratum_at(store, row.rollout, number))
      if (part->halted == apart) add(part->verdicts);
  if (!apart) add(rollout->verdicts);
  Verdicts* crossing = apart ? nullptr : crossing_at(store, row.rollout, unpacked(row.strata));
  if (crossing != nullptr) add(*crossing);
  row.reached = static_cast<std::uint8_t>(row.reached | verdict_bit | (failed ? failed_bit : 0));
  const unsigned past = strikes(row), now = failed ? std::min(past + 1, unsigned{strikes_max}) : 0;
  row.reached = static_cast<std::uint8_t>((row.reached & ~strikes_mask) | now << strikes_shift);
}

}  // namespace drydock::planner
