// load-driver: plays the appliances of a scenario in real time against a running coordinator, over
// mutual TLS, until its standard input ends. The last line is JSON.
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "runtime/kernel/dice.hpp"
#include "simulations/scenarios/library.hpp"
#include "tests/load/fleet.hpp"

namespace {

bool told_to_end() {
  pollfd in{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  return ::poll(&in, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

double cpu_s() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto s = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return s(usage.ru_utime) + s(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Plays a scenario's appliances in real time against a coordinator.", "load-driver"};
  std::string scenario_file, server, identities;
  std::uint32_t appliances = 0, spread_s = 20;
  unsigned threads = 32;
  bool list = false;
  app.add_option("scenario", scenario_file, "its name or file")->required();
  app.add_option("--appliances", appliances, "instead of the scenario's number");
  app.add_flag("--list", list, "print number, id, client, site and model of each, and end");
  app.add_option("--server", server, "the edge, as https://127.0.0.1:8443");
  app.add_option("--identities", identities, "identity folders named 1, 2, ...");
  app.add_option("--threads", threads, "that share the lines")->check(CLI::Range(1u, 256u));
  app.add_option("--spread", spread_s, "seconds over which they come up");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }
  auto scenario = drydock::sim::find_scenario(scenario_file, drydock::sim::scenario_folders());
  if (!scenario) {
    std::cerr << "load-driver: " << scenario.error().text << "\n";
    return 2;
  }
  if (appliances != 0) scenario->appliances = appliances;
  if (list) {
    for (std::uint32_t i = 1; i <= scenario->appliances; ++i) {
      const auto who = drydock::sim::identity_of(i, scenario->fleet);
      std::cout << i << " " << drydock::hex(who.id.value) << " client-" << who.client.value
                << " site-" << who.site.value << " " << drydock::load::model_name(who.hardware)
                << "\n";
    }
    return 0;
  }
  auto lines = drydock::load::Lines::open(server, identities, threads);
  if (!lines) {
    std::cerr << "load-driver: " << lines.error().text << "\n";
    return 2;
  }
  drydock::load::Fleet fleet(*scenario, 1, **lines, drydock::seconds(spread_s));
  while (!told_to_end()) fleet.step();
  nlohmann::ordered_json j;
  j["appliances"] = scenario->appliances;
  j["answered"] = fleet.answered();
  j["unanswered"] = fleet.unanswered();
  for (const auto& [version, count] : fleet.running()) j["running"][name_of(version)] = count;
  j["cpu_s"] = cpu_s();
  std::cout << j.dump() << "\n";
  return 0;
}
