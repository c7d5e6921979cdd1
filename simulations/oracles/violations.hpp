#pragma once
// What the oracles found: the first of them in words, all of them counted.
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"

namespace drydock::sim {

// "3600.250 s"
std::string seconds_of(Instant at);

class Violations {
 public:
  static constexpr std::size_t told_max = 20;

  void add(Instant at, const std::string& what);
  std::uint64_t count() const { return count_; }
  const std::vector<std::string>& told() const { return told_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<std::string> told_;
};

}  // namespace drydock::sim
