#pragma once
// The order of simulated events, and what a queue of them must offer. The key is total: two events
// never compare equal, so every correct queue yields the same order whatever order they came in.
#include <compare>
#include <concepts>
#include <cstdint>

#include "runtime/kernel/digest.hpp"

namespace drydock::sim {

struct EventKey {
  std::int64_t at_ms = 0;
  std::uint64_t order = 0;  // mix(seed, source): ties of one millisecond fall otherwise each seed
  std::uint32_t seq = 0;    // counts what this source has scheduled
  friend constexpr auto operator<=>(const EventKey&, const EventKey&) = default;
};

// For one seed a bijection over sources, so that (order, seq) names one event only.
constexpr std::uint64_t order_in(std::uint64_t mixed_seed, std::uint32_t source) noexcept {
  return mix64(mixed_seed + (std::uint64_t{source} + 1) * 0x9E3779B97F4A7C15);
}
constexpr std::uint64_t order_of(std::uint64_t seed, std::uint32_t source) noexcept {
  return order_in(mix64(seed), source);
}

template <class What>
struct Scheduled {
  EventKey key;
  What what;
};

template <class Queue, class What>
concept EventQueue = requires(Queue queue, const Queue& looked_at, const Scheduled<What>& event) {
  queue.push(event);
  { queue.pop() } -> std::same_as<Scheduled<What>>;  // the least key; never called when empty
  { looked_at.empty() } -> std::same_as<bool>;
  { looked_at.next_at_ms() } -> std::same_as<std::int64_t>;
};

}  // namespace drydock::sim
