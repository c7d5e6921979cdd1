#pragma once
// Results that survive a stop: one line a seed, appended when it has been played.
#include <map>
#include <string>
#include <tuple>

#include "simulations/planner_table/rows.hpp"

namespace drydock::sim::table {

class Kept {
 public:
  // An empty path keeps nothing. A file of another planner or with a damaged line is refused: the
  // text says what to do, and is empty when all is well. A last line cut short is played again.
  std::string open(const std::string& path);

  const Result* find(const Row& row, const Rival& rival, std::uint64_t seed) const;
  void add(const Row& row, const Rival& rival, const Result& result);

 private:
  using Key = std::tuple<std::string, std::string, std::uint32_t, std::uint64_t>;
  std::string path_;
  std::map<Key, Result> known_;
};

}  // namespace drydock::sim::table
