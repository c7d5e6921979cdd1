#pragma once
// SOMETIMES(condition, "name"): over a batch of runs, this must have been so at least once. It
// changes nothing in a run and enters no digest. Off, it costs a look at one flag.
// Reached names are of the whole process: runs in several threads add to the same.
#include <atomic>
#include <vector>

#include "simulations/coverage/names.hpp"

namespace drydock::sim::coverage {

namespace detail {
inline std::atomic<bool> watching{false};
inline std::array<std::atomic<bool>, names.size()> reached{};
}  // namespace detail

inline void watch() { detail::watching = true; }
inline bool watching() { return detail::watching.load(std::memory_order_relaxed); }
inline void reach(std::size_t place) {
  detail::reached[place].store(true, std::memory_order_relaxed);
}
inline std::vector<std::string_view> never_reached() {
  std::vector<std::string_view> missing;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!detail::reached[i]) missing.push_back(names[i]);
  return missing;
}
inline void forget() {
  for (auto& each : detail::reached) each = false;
}

}  // namespace drydock::sim::coverage

#define SOMETIMES(condition, name)                                               \
  do {                                                                           \
    if (::drydock::sim::coverage::watching() && (condition))                     \
      ::drydock::sim::coverage::reach(::drydock::sim::coverage::place_of(name)); \
  } while (false)
