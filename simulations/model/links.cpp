#include "simulations/model/links.hpp"

#include <algorithm>

namespace drydock::sim {

Duration Links::download(std::uint64_t site, std::uint32_t chunks, Instant now) {
  if (network_.uplink_bytes_a_second == 0) return {};
  if (site >= free_at_.size()) free_at_.resize(site + 1);
  const std::uint64_t bytes = chunks * bytes_a_chunk;
  const Duration needed{static_cast<std::int64_t>(bytes * 1000 / network_.uplink_bytes_a_second)};
  free_at_[site] = std::max(free_at_[site], now) + needed;
  return free_at_[site] - now;
}

}  // namespace drydock::sim
