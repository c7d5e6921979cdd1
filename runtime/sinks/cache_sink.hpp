#pragma once
// REDIS_URL: shares with other coordinators who was seen when, and how often each appliance checked
// in, on a thread of its own. A copy for convenience: without it each coordinator knows what it
// saw.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "runtime/sinks/cache.hpp"
#include "runtime/sinks/retry.hpp"
#include "runtime/sinks/standing.hpp"

namespace drydock::sinks {

// What is shared. Every function may be called from the sink's thread and returns at once.
struct Shared {
  std::function<std::vector<Seen>(std::size_t max)> take_seen;     // not yet told
  std::function<void(const std::vector<Seen>&)> again;             // could not be told after all
  std::function<void(const Seen&)> heard;                          // of any coordinator
  std::function<std::vector<Count>(std::size_t max)> take_counts;  // not yet told
  std::function<void(const Count&)> counted;                       // by all of them together
};

class CacheSink {
 public:
  static constexpr std::chrono::milliseconds pace{1'000};
  static constexpr std::size_t batch_max = 50'000;    // appliances a pass
  static constexpr std::uint32_t passes_a_read = 60;  // what others saw is read so often

  CacheSink(config::RedisPlace place, Shared shared);
  ~CacheSink();  // stop()

  void stop();  // ends what is under way and joins, within the connection's patience
  Standing standing() const;

 private:
  void run();
  std::chrono::milliseconds pass();
  Status connect();
  Status share_seen();
  Status share_counts();
  Status read_seen();

  const config::RedisPlace place_;
  const Shared shared_;
  Retry retry_;
  std::string complained_;
  std::uint32_t passes_ = 0;
  mutable std::mutex mutex_;  // guards what follows; `cache_` is written by the thread alone
  std::unique_ptr<Cache> cache_;
  std::condition_variable changed_;
  Standing standing_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace drydock::sinks
