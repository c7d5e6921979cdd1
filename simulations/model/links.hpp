#pragma once
// The link of each site to the world. Downloads of its appliances share it, piece after piece; a
// check-in is too small to count. Without a bound nothing is kept and nothing is reckoned.
#include <vector>

#include "simulations/engine/network.hpp"

namespace drydock::sim {

class Links {
 public:
  static constexpr std::uint64_t bytes_a_chunk = 4 << 20;

  Links(const Network& network, std::uint64_t seed) : network_(network), seed_(seed) {}

  // Until so many chunks have come through the site's link, from now on; 0 without a bound. Takes
  // the link: the next one waits behind them.
  Duration download(std::uint64_t site, std::uint32_t chunks, Instant now);
  // Does a download of this site have to wait for another?
  bool busy(std::uint64_t site, Instant now) const {
    return site < free_at_.size() && free_at_[site] > now;
  }
  bool cut_off(std::uint64_t site, Instant now) const {
    return !network_.partitions.empty() && network_.cut_off(seed_, site, now);
  }

 private:
  const Network& network_;
  std::uint64_t seed_;
  std::vector<Instant> free_at_;  // by site
};

}  // namespace drydock::sim
