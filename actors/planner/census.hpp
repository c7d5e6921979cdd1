#pragma once
// What the appliances of one rollout are doing, and what those that get nothing wait for. For a
// person who asks why a rollout stands still; no decision rests on it.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

inline constexpr std::size_t wait_reasons = 64;            // more than there are
inline constexpr std::uint32_t census_rows_max = 100'000;  // looked at; a larger fleet is sampled

struct Census {
  struct Waiting {
    std::uint32_t count = 0;
    Wait first;  // of them, with its parameters
  };
  std::array<Waiting, wait_reasons> waiting{};  // by reason; `none`: it is due and has not asked
  std::uint32_t downloading = 0, staged = 0, exposed = 0;
  List<ApplianceId, 8> due;  // the first whose next check-in gets something
  // Of those with an order, who has had it longest, and since when.
  ApplianceId oldest;
  WallTime oldest_since;
  std::uint32_t looked_at = 0, known = 0;  // rows; fewer looked at than known: a sample
};

// Changes nothing. Looks at every n-th appliance of a fleet above census_rows_max.
Census census(const Planner::Store& store, RolloutId rollout, const Turn& now) noexcept;

// When the standing order of an appliance was given; 0 when it has none, or when is not known.
WallTime order_given(const Planner::Store& store, const Appliance& row) noexcept;

// Those who hold a place at a site, the first few in the order in which they became known.
using Holders = List<ApplianceId, 8>;
Holders holders_at(const Planner::Store& store, SiteId site) noexcept;

}  // namespace drydock::planner
