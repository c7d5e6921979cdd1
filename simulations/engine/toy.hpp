#pragma once
// A toy fleet: a timer an appliance and nothing else, to measure queues by. toy.py is the same
// model in SimPy; both come to the same count of events and the same sum.
#include <numeric>

#include "simulations/engine/engine.hpp"

namespace drydock::sim {

struct ToyEnd {
  std::uint64_t events = 0;
  std::uint64_t sum = 0;  // of the last draws of all appliances
  friend bool operator==(const ToyEnd&, const ToyEnd&) = default;
};

// The linear congruential generator of ISO C's example of rand(); 31 bits.
constexpr std::uint32_t next_toy_draw(std::uint32_t draw) {
  return (draw * 1103515245u + 12345u) & 0x7FFFFFFFu;
}
// 1 ms to 10 minutes.
constexpr Duration toy_wait(std::uint32_t draw) { return milliseconds(1 + draw % 600'000); }

// Everything that happens before `end`.
inline ToyEnd run_toy(QueueKind queue, std::uint32_t appliances, Duration end) {
  using Queue = EitherQueue<std::uint32_t>;
  Engine<std::uint32_t> engine(1, appliances, Queue(queue));
  std::vector<std::uint32_t> draws(appliances);
  const auto wait = [&](std::uint32_t i) {
    draws[i] = next_toy_draw(draws[i]);
    engine.schedule(i, toy_wait(draws[i]), i);
  };
  for (std::uint32_t i = 0; i < appliances; ++i) draws[i] = i + 1, wait(i);
  while (engine.next_at() < Instant{} + end) wait(engine.next());
  return {engine.events(), std::accumulate(draws.begin(), draws.end(), std::uint64_t{0})};
}

}  // namespace drydock::sim
