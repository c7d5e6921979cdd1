#pragma once
// When each appliance was last heard of. In memory only: after a restart nobody has been seen.
#include <mutex>
#include <optional>
#include <unordered_map>

#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock::centre {

class Presence {  // any thread
 public:
  // Later ones are not remembered; the machines' tables hold fewer.
  static constexpr std::size_t appliances_max = 4'000'000;

  void seen(ApplianceId appliance, WallTime when) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() < appliances_max || seen_.contains(appliance.value))
      seen_[appliance.value] = when;
  }
  std::optional<WallTime> last_seen(ApplianceId appliance) const {
    const std::lock_guard lock(mutex_);
    const auto found = seen_.find(appliance.value);
    if (found == seen_.end()) return {};
    return found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, WallTime> seen_;
};

}  // namespace drydock::centre
