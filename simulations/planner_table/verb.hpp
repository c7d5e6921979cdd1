#pragma once
// The verb `planner-table` of fleet-sim: options, resuming, printing, and the bounds.
#include <string>

namespace CLI {
class App;
}

namespace drydock::sim::table {

struct Options {
  std::uint32_t appliances = 1'000'000;
  std::string seeds = "1..200";
  std::string row;     // empty: all
  std::string policy;  // empty: all
  std::string keep;    // a file that remembers what has been played
  bool verdicts = false, world = false, small = false, json = false, cost = false;
};

// Adds the verb; `options` must outlive the parsing. Then, if it was given, run().
CLI::App* add_verb(CLI::App& app, Options& options);
// 0: every bound that applies holds; 1: one is broken; 2: the options or the file are no good.
int run(const Options& options);

}  // namespace drydock::sim::table
