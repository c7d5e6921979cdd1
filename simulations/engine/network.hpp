#pragma once
// The network between the appliances and the centre. What becomes of a message depends on (seed,
// sender, its number) alone, and each of its fates on draws of its own: without loss, the same
// messages are doubled and late. The network of a plain scenario draws nothing.
#include <optional>
#include <vector>

#include "simulations/engine/quantiles.hpp"

namespace drydock::sim {

struct Partition {  // a share of the sites is cut off from the centre for a while
  Instant at;
  Duration length;
  std::uint32_t share_permille = 1000;
  friend bool operator==(const Partition&, const Partition&) = default;
};

// When a message arrives, and when it arrives once more.
struct Carried {
  std::optional<Duration> first, again;
};

struct Network {
  Quantiles latency = milliseconds(40);  // one way; messages overtake each other when it varies
  std::uint32_t lost_permille = 0;
  std::uint32_t doubled_permille = 0;
  std::uint64_t uplink_bytes_a_second = 0;  // of a site, shared by its appliances; 0: no bound
  std::vector<Partition> partitions;

  // Every message arrives once, and none takes longer than another.
  bool is_plain() const { return lost_permille == 0 && doubled_permille == 0 && !latency.varies(); }
  Carried carry(std::uint64_t seed, std::uint32_t sender, std::uint64_t message) const;
  // Is this site cut off at this time?
  bool cut_off(std::uint64_t seed, std::uint64_t site, Instant at) const;
};

}  // namespace drydock::sim
