#pragma once
// How long ago each actor last got something done. An actor that hangs still looks alive from
// outside; its age does not. Safe from any thread.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"
#include "runtime/observe/metrics.hpp"

namespace drydock::observe {

// Held by one actor. Marking is one atomic store.
class Beat {
 public:
  void mark(Instant up) const { last_->store(up.value, std::memory_order_relaxed); }

 private:
  friend class Progress;
  explicit Beat(std::shared_ptr<std::atomic<std::int64_t>> last) : last_(std::move(last)) {}
  std::shared_ptr<std::atomic<std::int64_t>> last_;
};

class Progress {
 public:
  static constexpr std::size_t kActorsMax = 256;
  struct Age {
    std::string actor;
    Duration age;
  };

  // Until its first mark an actor counts from `up`. A name that is there already is started anew:
  // an actor that was restarted keeps one line.
  Beat actor(const std::string& name, Instant up);
  // Every actor's age at `up`, in the order they came.
  std::vector<Age> ages(Instant up) const;
  // Those that got nothing done for longer than `limit`.
  std::vector<Age> stuck(Instant up, Duration limit) const;
  // Sets drydock_actor_progress_age_seconds{actor="..."}.
  void publish(Metrics& metrics, Instant up) const;

 private:
  struct Line {
    std::string name;
    std::shared_ptr<std::atomic<std::int64_t>> last;
  };
  mutable std::mutex guard_;
  std::vector<Line> lines_;
};

}  // namespace drydock::observe
