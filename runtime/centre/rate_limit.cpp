#include "runtime/centre/rate_limit.hpp"

#include <algorithm>

namespace drydock::centre {

bool RateLimit::allows(ApplianceId appliance, WallTime now) {
  if (per_minute_ == 0) return true;
  constexpr std::int64_t minute_ms = 60'000;
  const std::int64_t minute = now.value / minute_ms;
  const std::lock_guard lock(mutex_);
  if (minute != minute_) {
    minute_ = minute;
    counted_.clear();
  }
  const auto found = counted_.find(appliance.value);
  if (found == counted_.end() && counted_.size() >= appliances_max) return true;
  Counted& count = found == counted_.end() ? counted_[appliance.value] : found->second;
  if (count.own + count.others >= per_minute_) return false;
  ++count.own;
  ++count.untold;
  return true;
}

std::vector<sinks::Count> RateLimit::take_untold(std::size_t max) {
  std::vector<sinks::Count> taken;
  const std::lock_guard lock(mutex_);
  for (auto& [appliance, count] : counted_) {
    if (taken.size() >= max) break;
    if (count.untold == 0) continue;
    taken.push_back({{appliance}, minute_, count.untold});
    count.untold = 0;
  }
  return taken;
}

void RateLimit::told(const sinks::Count& by_all) {
  const std::lock_guard lock(mutex_);
  if (by_all.minute != minute_) return;
  const auto found = counted_.find(by_all.appliance.value);
  if (found == counted_.end()) return;
  Counted& count = found->second;
  const std::uint32_t ours = count.own - count.untold;
  count.others = by_all.check_ins - std::min(by_all.check_ins, ours);
}

}  // namespace drydock::centre
