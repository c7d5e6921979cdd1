#include "runtime/bin/fleet_sim/host.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace drydock::fleet_sim {

std::string with_host(const std::string& line, std::uint64_t events, const Stopwatch& watch) {
  auto j = nlohmann::ordered_json::parse(line);
  const double cpu_s = watch.cpu_s();
  j["host"] = {{"wall_s", watch.wall_s()},
               {"cpu_s", cpu_s},
               {"events_per_cpu_s",
                static_cast<std::uint64_t>(static_cast<double>(events) / std::max(cpu_s, 0.001))},
               {"peak_mb", Stopwatch::peak_mb()}};
  return j.dump();
}

}  // namespace drydock::fleet_sim
