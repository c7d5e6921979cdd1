#include "simulations/oracles/violations.hpp"

namespace drydock::sim {

std::string seconds_of(Instant at) {
  std::string ms = std::to_string(at.value % 1000);
  ms.insert(0, 3 - ms.size(), '0');
  return std::to_string(at.value / 1000) + "." + ms + " s";
}

void Violations::add(Instant at, const std::string& what) {
  ++count_;
  if (told_.size() >= told_max) return;
  told_.push_back(seconds_of(at) + ": " + what);
}

}  // namespace drydock::sim
