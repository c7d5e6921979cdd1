#pragma once
// The verb `planner-table` of fleet-sim: options, resuming, printing, and the bounds.
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace drydock::sim::table {

struct Options {
  std::uint32_t appliances = 0;     // 0: a million, and ten thousand through the world
  std::string seeds;                // empty: 1..200, and 1..3 through the world
  std::string row;                  // empty: all
  std::string policy;               // empty: all
  std::string keep;                 // a file that remembers what has been played
  std::function<double()> peak_mb;  // of this process; asked for --world
  bool verdicts = false, world = false, small = false, json = false, cost = false;
};

// Adds the verb; `options` must outlive the parsing. Then, if it was given, run().
CLI::App* add_verb(CLI::App& app, Options& options);
// 0: every bound that applies holds; 1: one is broken; 2: the options or the file are no good.
int run(const Options& options);

}  // namespace drydock::sim::table
