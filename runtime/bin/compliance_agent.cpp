// compliance-agent: the appliance's agent. Wiring only; runtime/shell/appliance holds what it is.
// Exit code 0: told to stop; 2: it could not start (the reason is on stderr); 74: the journal
// failed.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "runtime/config/agent.hpp"
#include "runtime/observe/log.hpp"
#include "runtime/shell/appliance/agent.hpp"

namespace {

int run(const std::optional<std::string>& file, bool json) {
  using namespace drydock;
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTERM);
  ::sigaddset(&stop, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &stop,
                    nullptr);  // every thread inherits it; only sigwait takes them
  ::signal(SIGPIPE, SIG_IGN);
  const auto config = config::load_agent(file, config::process_environment());
  if (!config) {
    std::fprintf(stderr, "compliance-agent: %s\n", config.error().text.c_str());
    return 2;
  }
  observe::start_logging({"compliance-agent", config->log_level, json});
  auto agent = shell::Agent::start(*config);
  if (!agent) {
    std::fprintf(stderr, "compliance-agent: %s\n", agent.error().text.c_str());
    return 2;
  }
  int signal = 0;
  ::sigwait(&stop, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "The agent of one A/B appliance: checks in, installs, proves, heals and reports.\n"
      "SITE_ID, MCP_URL and POLL_INTERVAL come from the environment."};
  std::optional<std::string> file;
  bool json = false;
  app.add_option("--config", file, "configuration [/etc/msp/agent.yaml]");
  app.add_flag("--log-json", json, "log lines as JSON");
  CLI11_PARSE(app, argc, argv);
  return run(file, json);
}
