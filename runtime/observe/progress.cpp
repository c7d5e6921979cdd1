#include "runtime/observe/progress.hpp"

#include <algorithm>

#include "runtime/kernel/assert.hpp"

namespace drydock::observe {

Beat Progress::actor(const std::string& name, Instant up) {
  const std::lock_guard hold(guard_);
  auto last = std::make_shared<std::atomic<std::int64_t>>(up.value);
  for (Line& line : lines_) {
    if (line.name != name) continue;
    line.last = last;  // what an earlier actor of this name still marks no longer counts
    return Beat(std::move(last));
  }
  ASSERT(lines_.size() < kActorsMax);
  lines_.push_back({name, last});
  return Beat(std::move(last));
}

std::vector<Progress::Age> Progress::ages(Instant up) const {
  const std::lock_guard hold(guard_);
  std::vector<Age> out;
  for (const Line& line : lines_) {
    const Instant last{line.last->load(std::memory_order_relaxed)};
    // An actor may have marked after our caller read the clock.
    out.push_back({line.name, std::max(up - last, Duration{0})});
  }
  return out;
}

std::vector<Progress::Age> Progress::stuck(Instant up, Duration limit) const {
  auto out = ages(up);
  std::erase_if(out, [limit](const Age& a) { return a.age <= limit; });
  return out;
}

void Progress::publish(Metrics& metrics, Instant up) const {
  for (const Age& a : ages(up))
    metrics
        .gauge("drydock_actor_progress_age_seconds", "Time since the actor last got work done.",
               {{"actor", a.actor}})
        .set(a.age.value / 1000);
}

}  // namespace drydock::observe
