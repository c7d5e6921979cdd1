// The books when a journal is lost or goes back. What is forgotten is not held against who forgets
// it, and what was done all the same stays true.
#include "simulations/oracles/oracles.hpp"

namespace drydock::sim {

void Oracles::journal_lost(std::uint32_t appliance) {
  Line& line = lines_[appliance];
  line.lost_its_place = true;
  line.heard = {};
  if (line.kept > line.counted) ++untold_;  // one of them may have told of an end
  line.kept = line.lost = line.counted;
}

void Oracles::reverted(std::uint32_t appliance, const BootState& state) {
  journal_lost(appliance);
  ++reverts_;
  boot_state_changed(appliance, state, Slot::none);
}

void Oracles::backed_up() {
  backup_.emplace(Backup{lines_, updates_, {}});
  backup_->kept_since.resize(lines_.size());
}

void Oracles::goes_back() {
  for (std::size_t place = 0; place < updates_.size(); ++place) {
    const bool known = place < backup_->updates.size();
    const Update then = known ? backup_->updates[place] : Update{};
    change(updates_[place], [&](Update& u) {
      u.forgotten = !known;
      u.token_forgotten = u.token && !then.token;
      u.given_up = then.given_up;
      u.silent = then.silent;
    });
  }
  orders_before_.resize(lines_.size());
  for (std::uint32_t i = 1; i < lines_.size(); ++i) {
    Line& line = lines_[i];
    const Line& then = backup_->lines[i];
    const auto& since = backup_->kept_since[i];
    line.counted = then.counted;
    if (line.lost > line.counted) ++untold_;  // the centre that had them is gone as well
    line.awaited = then.awaited;
    line.awaited.insert(line.awaited.end(), since.begin(), since.end());
    const planner::Appliance* row = planner().appliances.get(identity_of(i).id);
    if (row != nullptr) orders_before_[i] = row->order;
  }
  backup_.reset();
}

}  // namespace drydock::sim
