// health-gate --verify: does this boot prove itself? health-gate --stopping: was it stopped by a
// person? Wiring only; runtime/gate holds what it does.
// Exit code 0: healthy or nothing pending; 1: failed, will be retried; 2: fell back.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "runtime/config/agent.hpp"
#include "runtime/gate/verify.hpp"
#include "runtime/observe/log.hpp"

namespace {

// SITE_ID and the like are the agent's; a gate must judge a boot in which they are missing.
std::optional<std::string> gate_environment(const char* name) {
  if (std::string_view(name) == "SITE_ID") return "health-gate";
  return std::nullopt;
}

int judge(const std::optional<std::string>& file, bool json, bool stopping) {
  using namespace drydock;
  auto config = config::load_agent(file, gate_environment);
  if (!config) {
    // A release that breaks its own configuration must not be kept: judge it by the defaults.
    std::fprintf(stderr, "health-gate: %s\n", config.error().text.c_str());
    return static_cast<int>(gate::Exit::failed);
  }
  observe::start_logging({"health-gate", config->log_level, json});
  return static_cast<int>(stopping ? gate::stopping(*config) : gate::verify(*config));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Verifies a boot on the evidence of this host alone.\n"
      "Exit code 0: healthy or nothing pending; 1: failed, will be retried; 2: fell back."};
  bool verify = false, stopping = false, json = false;
  std::optional<std::string> file;
  auto* mode = app.add_option_group("mode", "one of these");
  mode->add_flag("--verify", verify, "judge this boot");
  mode->add_flag("--stopping", stopping,
                 "the system goes down: a trial that a person stopped keeps its try");
  mode->require_option(1);
  app.add_option("--config", file, "configuration [/etc/msp/agent.yaml]");
  app.add_flag("--log-json", json, "log lines as JSON");
  CLI11_PARSE(app, argc, argv);
  return judge(file, json, stopping);
}
