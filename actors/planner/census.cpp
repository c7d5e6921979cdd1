#include "actors/planner/census.hpp"

namespace drydock::planner {
namespace {

void count_order(Census& census, const Planner::Store& store, std::uint32_t i) {
  const Appliance& row = store.appliances.row(i);
  census.downloading += row.stage == Stage::granted ? 1 : 0;
  census.staged += row.stage == Stage::staged ? 1 : 0;
  census.exposed += row.stage == Stage::token ? 1 : 0;
  const WallTime since = order_given(store, row);
  if (since.value == 0 || (census.oldest && since >= census.oldest_since)) return;
  census.oldest = store.appliances.key(i);
  census.oldest_since = since;
}

}  // namespace

Census census(const Planner::Store& store, RolloutId id, const Turn& now) noexcept {
  Census census;
  census.known = store.appliances.size();
  const std::uint32_t step = census.known / census_rows_max + 1;
  for (std::uint32_t i = 0; i < census.known; i += step) {
    ++census.looked_at;
    const Appliance& row = store.appliances.row(i);
    RolloutId governing;
    const Wait wait = Planner::why(store, i, governing, now);
    const bool ordered = in_flight(row.stage) && row.rollout == id;
    if (ordered) count_order(census, store, i);
    if (governing != id && !ordered) continue;
    const auto reason = static_cast<std::size_t>(wait.reason);
    if (reason >= wait_reasons) continue;
    if (census.waiting[reason].count++ == 0) census.waiting[reason].first = wait;
    if (wait.reason == WaitReason::none && !census.due.full())
      census.due.add(store.appliances.key(i));
  }
  return census;
}

WallTime order_given(const Planner::Store& store, const Appliance& row) noexcept {
  const Rollout* rollout = store.rollouts.get(row.rollout);
  if (rollout == nullptr || !in_flight(row.stage)) return {};
  const Policy& policy = rollout->spec.policy;
  // Staged after a token that came to nothing: its expiry may be that of the install or of the
  // token.
  const unsigned token = 1u << static_cast<unsigned>(Stage::token);
  if (row.stage == Stage::staged && (row.reached & token) != 0) return {};
  const Duration life = row.stage == Stage::token ? policy.token_expiry : policy.install_deadline;
  return {saturating::subtract(row.expires.value, life.value)};
}

Holders holders_at(const Planner::Store& store, SiteId site) noexcept {
  Holders holders;
  for (std::uint32_t i = 0; i < store.appliances.size() && !holders.full(); ++i) {
    const Appliance& row = store.appliances.row(i);
    const bool holds = in_flight(row.stage) || row.proposing == Proposing::install;
    if (holds && row.site == site) holders.add(store.appliances.key(i));
  }
  return holders;
}

}  // namespace drydock::planner
