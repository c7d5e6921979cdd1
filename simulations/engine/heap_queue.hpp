#pragma once
// A plain binary heap: the simplest queue that is right. Faster queues are compared with it.
#include <algorithm>
#include <vector>

#include "runtime/kernel/assert.hpp"
#include "simulations/engine/event_queue.hpp"

namespace drydock::sim {

template <class What>
class HeapQueue {
 public:
  void push(const Scheduled<What>& event) {
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  Scheduled<What> pop() {
    ASSERT(!heap_.empty());
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Scheduled<What> least = heap_.back();
    heap_.pop_back();
    return least;
  }
  bool empty() const { return heap_.empty(); }
  const EventKey& next_key() const {
    ASSERT(!heap_.empty());
    return heap_.front().key;
  }
  std::int64_t next_at_ms() const { return next_key().at_ms; }

 private:
  static bool later(const Scheduled<What>& a, const Scheduled<What>& b) { return a.key > b.key; }
  std::vector<Scheduled<What>> heap_;
};

}  // namespace drydock::sim
