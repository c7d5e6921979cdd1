// A simulated centre that is lost and set up again from a copy of its registry, planner and log.
#include "simulations/coverage/coverage.hpp"
#include "simulations/model/centre.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t entity = 0, restored_stream = 0x726573;
// A new incarnation begins above every epoch that the lost one can have come to.
constexpr std::uint64_t epochs_an_incarnation = 4096;
static_assert(Planner::rollouts_max * (1 + strata_max) < epochs_an_incarnation);

template <class M>
void put_back(Stepper<M>& now, const Stepper<M>& then, std::uint64_t seed) {
  now = Stepper<M>(seed, entity);
  now.store() = then.store();
  now.restore(then.mark());
}

}  // namespace

void Centre::take_backup() {
  backup_.emplace(Backup{registry_, planner_, log_});
  ground_.witness.backed_up();
}

// The ids of updates are drawn by seed and turn: an incarnation that draws with the seed of the one
// before would give them a second time.
void Centre::go_back() {
  ASSERT(backup_);
  lost_ = false;
  ground_.witness.goes_back();
  SOMETIMES(log_.head() > backup_->log.head(), "the centre forgets decisions");
  const bool by_hand = ground_.scenario.restore.by_hand;
  restored_.at = ground_.run.now();
  const Planner::Store &lost = planner_.store(), &kept = backup_->planner.store();
  for (std::uint32_t i = 0; i < lost.rollouts.size() && !by_hand; ++i)
    if (lost.rollouts.row(i).phase == planner::RolloutPhase::halted)
      restored_.halted.push_back(lost.rollouts.key(i));
  for (std::uint32_t i = 0; i < kept.rollouts.size() && !by_hand; ++i)
    if (kept.rollouts.row(i).phase == planner::RolloutPhase::running)
      restored_.held.push_back(kept.rollouts.key(i));
  if (!by_hand) epoch_floor_ = {kept.head.epoch.value + epochs_an_incarnation};
  holding_ = !by_hand;
  const std::uint64_t seed = by_hand ? ground_.seed : ground_.seed ^ restored_stream;
  put_back(registry_, backup_->registry, seed);
  put_back(planner_, backup_->planner, seed);
  log_.go_back_to(backup_->log);
  backup_.reset();
}

// Asks until the log has taken it.
void Centre::hold_rollouts() {
  if (!up_) return;
  const Planner::Store& store = planner_.store();
  bool all_held = true;
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
    if (store.rollouts.row(i).phase != planner::RolloutPhase::running) continue;
    all_held = false;
    if (store.head.asked.empty())
      post<Planner>(Planner::MoveAsked{
          {}, {store.rollouts.key(i), RolloutMove::pause}, "restore", "set up again"});
  }
  holding_ = !all_held;
  drain();
}

}  // namespace drydock::sim
