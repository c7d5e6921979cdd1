#pragma once
// What verdicts change: the counts of a rollout and of its parts, and what is judged by them.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

using Store = Planner::Store;

// For writing; nothing where there is none.
Rollout* rollout_of(Store& store, RolloutId id);
Stratum* stratum_at(Store& store, RolloutId rollout, std::uint32_t number);

void halt(Store& store, Rollout& rollout, WallTime at, const Text<32>& by);
void hold_if_undecided(Rollout& rollout, WallTime at);

// The verdict on one appliance: counted once, and only ever for the worse after that.
void count_verdict(Store& store, std::uint32_t row, bool failed);
// Halts, accepts or holds as the verdicts say by now, of the whole and of these parts.
void judge(Store& store, RolloutId rollout, std::uint8_t strata, WallTime at);

}  // namespace drydock::planner
