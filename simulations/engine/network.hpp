#pragma once
// The network between the appliances and the centre: a fixed latency, and at will a share of lost
// messages. What becomes of a message depends on (seed, sender, its number) alone.
#include <optional>

#include "runtime/kernel/dice.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock::sim {

struct Network {
  Duration latency = milliseconds(40);  // one way
  std::uint32_t lost_permille = 0;

  // How long the sender's message takes; nothing when it never arrives.
  std::optional<Duration> carry(std::uint64_t seed, std::uint32_t sender,
                                std::uint64_t message) const {
    constexpr std::uint64_t stream = 0x6E6574;  // apart from every other use of the seed
    if (lost_permille != 0 && Dice(seed ^ stream, sender, message).below(1000) < lost_permille)
      return std::nullopt;
    return latency;
  }
};

}  // namespace drydock::sim
