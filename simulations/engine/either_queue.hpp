#pragma once
// The ring, or in its place the plain heap it is compared with: chosen once, when a run is set up.
#include <optional>

#include "simulations/engine/ring_queue.hpp"

namespace drydock::sim {

enum class QueueKind : std::uint8_t { ring, heap };

template <class What>
class EitherQueue {
 public:
  explicit EitherQueue(QueueKind kind = QueueKind::ring) {
    if (kind == QueueKind::ring) ring_.emplace();
  }
  void push(const Scheduled<What>& event) { ring_ ? ring_->push(event) : heap_.push(event); }
  Scheduled<What> pop() { return ring_ ? ring_->pop() : heap_.pop(); }
  bool empty() const { return ring_ ? ring_->empty() : heap_.empty(); }
  const What* ahead(std::size_t n) const { return ring_ ? ring_->ahead(n) : nullptr; }
  std::int64_t next_at_ms() const { return ring_ ? ring_->next_at_ms() : heap_.next_at_ms(); }

 private:
  std::optional<RingQueue<What>> ring_;
  HeapQueue<What> heap_;
};

}  // namespace drydock::sim
