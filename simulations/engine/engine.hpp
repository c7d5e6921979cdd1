#pragma once
// The discrete-event engine: simulated time, and what happens next. Single-threaded. It knows
// nothing of appliances; `What` is a small, trivially copyable event of the model.
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/kernel/time.hpp"
#include "simulations/engine/either_queue.hpp"

namespace drydock::sim {

template <class What, EventQueue<What> Queue = EitherQueue<What>>
class Engine {
 public:
  using Events = Queue;
  static_assert(std::is_trivially_copyable_v<What>);

  // Sources are numbered 0 to sources - 1; each schedules under its own number.
  Engine(std::uint64_t seed, std::uint32_t sources, Queue queue = Queue{})
      : mixed_seed_(mix64(seed)), queue_(std::move(queue)), scheduled_(sources, 0) {}

  Instant now() const { return now_; }
  std::uint64_t events() const { return events_; }
  bool done() const { return queue_.empty(); }
  // When the next event happens; only when there is one.
  Instant next_at() const { return {queue_.next_at_ms()}; }

  // `source` is who lets it happen. Nothing is scheduled in the past.
  void schedule(std::uint32_t source, Duration after, const What& what) {
    schedule(place_of_next(source, after), what);
  }
  // The place of an event among all others, to be scheduled there before its time comes, or never.
  EventKey place_of_next(std::uint32_t source, Duration after) {
    ASSERT(after.value >= 0 && source < scheduled_.size());
    return {(now_ + after).value, order_in(mixed_seed_, source), scheduled_[source]++};
  }
  void schedule(const EventKey& place, const What& what) {
    ASSERT(place.at_ms >= now_.value);
    queue_.push({place, what});
  }
  // A hint: this source will schedule soon.
  [[gnu::always_inline]] void prefetch(std::uint32_t source) const {
    __builtin_prefetch(&scheduled_[source], 1);
  }
  // One of the next events, as far as they are known in order; else nothing.
  const What* ahead(std::size_t n) const { return queue_.ahead(n); }
  // Takes the next event and moves time to it; only when there is one.
  What next() {
    const Scheduled<What> event = queue_.pop();
    ASSERT(event.key.at_ms >= now_.value);
    now_ = {event.key.at_ms};
    ++events_;
    return event.what;
  }

 private:
  std::uint64_t mixed_seed_;
  Instant now_;
  std::uint64_t events_ = 0;
  Queue queue_;
  std::vector<std::uint32_t> scheduled_;  // by source: how many so far
};

}  // namespace drydock::sim
