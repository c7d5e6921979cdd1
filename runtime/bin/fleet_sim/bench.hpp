#pragma once
// The figures of fleet-sim: a million appliances through a day; its queue beside a plain heap and
// beside SimPy on the same toy model; and whether every digest is the golden one.
#include <cstdint>
#include <string>

namespace CLI {
class App;
}

namespace drydock::fleet_sim {

struct BenchOptions {
  std::uint32_t appliances = 1'000'000;
  std::uint32_t hours = 24;
  bool json = false;
};
CLI::App* add_bench_verb(CLI::App& app, BenchOptions& options);
// 0: everything could be measured and no oracle found anything; 1 otherwise.
int bench(const BenchOptions& options);

}  // namespace drydock::fleet_sim
