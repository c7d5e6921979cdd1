#pragma once
// A range of seeds as a person writes it: 1..50.
#include <cstdint>
#include <string>

#include "runtime/result.hpp"

namespace drydock::fleet_sim {

inline constexpr std::uint64_t seeds_max = 100'000;

struct SeedRange {
  std::uint64_t first = 1, last = 1;
};
Result<SeedRange> read_seeds(const std::string& text);

}  // namespace drydock::fleet_sim
