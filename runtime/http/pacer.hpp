#pragma once
// Keeps a stream of bytes below a rate: each sent block moves the time of the next one on.
#include <chrono>
#include <cstdint>
#include <mutex>

namespace drydock::http {

class Pacer {  // safe from any thread, so that all responses of a server can share one
 public:
  using Clock = std::chrono::steady_clock;
  explicit Pacer(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}

  bool limits() const { return rate_ != 0; }
  // When the next block may go; in the past or now when there is no limit.
  Clock::time_point next() const {
    const std::lock_guard lock(mutex_);
    return next_;
  }
  void sent(std::uint64_t bytes, Clock::time_point now) {
    if (rate_ == 0) return;
    const auto cost = std::chrono::nanoseconds(bytes * 1'000'000'000ULL / rate_);
    const std::lock_guard lock(mutex_);
    next_ = (next_ > now ? next_ : now) + cost;
  }
  // A tenth of a second's worth, so that a slow stream still trickles.
  std::uint64_t block_max(std::uint64_t otherwise) const {
    if (rate_ == 0) return otherwise;
    const std::uint64_t tenth = rate_ / 10 + 1;
    return tenth < otherwise ? tenth : otherwise;
  }

 private:
  const std::uint64_t rate_;  // bytes a second; 0 is no limit
  mutable std::mutex mutex_;
  Clock::time_point next_{};
};

}  // namespace drydock::http
