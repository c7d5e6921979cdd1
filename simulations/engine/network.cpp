#include "simulations/engine/network.hpp"

namespace drydock::sim {
namespace {

// Apart from each other, and from every other use of the seed.
constexpr std::uint64_t lost_stream = 0x6E6574, doubled_stream = 0x646F75, late_stream = 0x6C6174,
                        again_stream = 0x616761, partition_stream = 0x706172;

}  // namespace

Carried Network::carry(std::uint64_t seed, std::uint32_t sender, std::uint64_t message) const {
  const auto happens = [&](std::uint64_t stream, std::uint32_t permille) {
    return permille != 0 && Dice(seed ^ stream, sender, message).below(1000) < permille;
  };
  if (happens(lost_stream, lost_permille)) return {};
  Carried carried;
  carried.first = latency.draw(Dice(seed ^ late_stream, sender, message));
  if (happens(doubled_stream, doubled_permille))
    carried.again = latency.draw(Dice(seed ^ again_stream, sender, message));
  return carried;
}

bool Network::cut_off(std::uint64_t seed, std::uint64_t site, Instant at) const {
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const Partition& p = partitions[i];
    if (at < p.at || at >= p.at + p.length) continue;
    if (Dice(seed ^ partition_stream, site, i).below(1000) < p.share_permille) return true;
  }
  return false;
}

}  // namespace drydock::sim
