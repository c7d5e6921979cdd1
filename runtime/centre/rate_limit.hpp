#pragma once
// How often one appliance may check in within a minute, counted over all coordinators that share a
// cache. An appliance that loops is turned away before it costs the machines anything.
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/sinks/cache.hpp"

namespace drydock::centre {

class RateLimit {  // any thread
 public:
  // Appliances counted within a minute; more of them are let in uncounted.
  static constexpr std::size_t appliances_max = 1'000'000;

  explicit RateLimit(std::uint32_t per_minute) : per_minute_(per_minute) {}  // 0: no limit

  bool allows(ApplianceId appliance, WallTime now);
  std::uint32_t per_minute() const { return per_minute_; }

  // --- for a shared cache ---
  // What was let in and not yet taken, of the minute that runs.
  std::vector<sinks::Count> take_untold(std::size_t max);
  void told(const sinks::Count& by_all);

 private:
  struct Counted {
    std::uint32_t own = 0;     // let in here within the minute
    std::uint32_t untold = 0;  // of them, not yet told
    std::uint32_t others = 0;  // let in elsewhere, as far as we were told
  };
  const std::uint32_t per_minute_;
  std::mutex mutex_;  // guards what follows
  std::int64_t minute_ = 0;
  std::unordered_map<std::uint64_t, Counted> counted_;
};

}  // namespace drydock::centre
