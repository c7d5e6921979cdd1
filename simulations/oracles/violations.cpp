#include "simulations/oracles/violations.hpp"

namespace drydock::sim {

void Violations::add(Instant at, const std::string& what) {
  ++count_;
  if (told_.size() >= told_max) return;
  std::string ms = std::to_string(at.value % 1000);
  ms.insert(0, 3 - ms.size(), '0');
  told_.push_back(std::to_string(at.value / 1000) + "." + ms + " s: " + what);
}

}  // namespace drydock::sim
