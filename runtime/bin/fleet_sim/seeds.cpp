#include "runtime/bin/fleet_sim/seeds.hpp"

#include <fmt/format.h>
#include <charconv>
#include <string_view>

namespace drydock::fleet_sim {

Result<SeedRange> read_seeds(const std::string& text) {
  SeedRange range;
  const char* const end = text.data() + text.size();
  const auto [dots, bad_first] = std::from_chars(text.data(), end, range.first);
  const bool parts = bad_first == std::errc{} && std::string_view(dots, end).starts_with("..");
  const char* const second = parts ? dots + 2 : end;
  const auto [rest, bad_last] = std::from_chars(second, end, range.last);
  if (bad_last != std::errc{} || rest != end || range.last < range.first ||
      range.last - range.first >= seeds_max)
    return Error{
        ErrorKind::malformed,
        fmt::format("--seeds {}: write a range of at most {} seeds as 1..50", text, seeds_max)};
  return range;
}

}  // namespace drydock::fleet_sim
