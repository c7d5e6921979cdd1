#pragma once
// When each appliance was last heard of, by this coordinator or, where a cache is shared, by
// another. In memory only: without a cache nobody has been seen after a restart.
#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/sinks/cache.hpp"

namespace drydock::centre {

class Presence {  // any thread
 public:
  // Later ones are not remembered; the machines' tables hold fewer.
  static constexpr std::size_t appliances_max = 4'000'000;
  // Waiting to be told to a cache. Who does not fit is told at its next check-in.
  static constexpr std::size_t untold_max = 1'000'000;

  struct Heard {
    WallTime when;
    std::uint64_t journal_head = 0;  // of the appliance, as it said then; 0: said to another
    WallTime window_opens;           // staged, and its window is closed: as it said then
  };

  explicit Presence(bool shared = false) : shared_(shared) {}

  void seen(ApplianceId appliance, WallTime when, std::uint64_t journal_head,
            WallTime window_opens = {}) {
    const std::lock_guard lock(mutex_);
    if (!room_for(appliance)) return;
    heard_[appliance.value] = {when, journal_head, window_opens};
    mark(appliance);
  }
  std::optional<Heard> heard(ApplianceId appliance) const {
    const std::lock_guard lock(mutex_);
    const auto found = heard_.find(appliance.value);
    if (found == heard_.end()) return {};
    return found->second;
  }

  // --- for a shared cache ---
  void told(const sinks::Seen& by_another) {
    const std::lock_guard lock(mutex_);
    if (!room_for(by_another.appliance)) return;
    Heard& known = heard_[by_another.appliance.value];
    known.when = std::max(known.when, by_another.when);
  }
  std::vector<sinks::Seen> take_untold(std::size_t max) {
    const std::lock_guard lock(mutex_);
    std::vector<sinks::Seen> taken;
    for (auto at = untold_.begin(); at != untold_.end() && taken.size() < max;) {
      taken.push_back({{*at}, heard_[*at].when});
      at = untold_.erase(at);
    }
    return taken;
  }
  void tell_again(const std::vector<sinks::Seen>& untold) {
    const std::lock_guard lock(mutex_);
    for (const sinks::Seen& one : untold) mark(one.appliance);
  }

 private:
  bool room_for(ApplianceId appliance) const {
    return heard_.size() < appliances_max || heard_.contains(appliance.value);
  }
  void mark(ApplianceId appliance) {
    if (shared_ && untold_.size() < untold_max) untold_.insert(appliance.value);
  }

  const bool shared_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Heard> heard_;
  std::unordered_set<std::uint64_t> untold_;
};

}  // namespace drydock::centre
