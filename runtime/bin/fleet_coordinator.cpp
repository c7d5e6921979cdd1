// fleet-coordinator: the centre on one machine. Wiring only: runtime/centre holds its parts, the
// machines in actors/ what it decides.
// Exit code 0: told to stop; 2: it could not start; 74: the journal could not be written.
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <string>

#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include "runtime/centre/centre.hpp"
#include "runtime/files/files.hpp"
#include "runtime/http/handed_over.hpp"
#include "runtime/observe/log.hpp"

namespace drydock {
namespace {

constexpr int tick_ms = 1000;
constexpr int exit_cannot_start = 2;

struct Options {
  std::string config, data, pki, edge, operators, http;
  std::uint64_t download_rate = 0;
  bool log_json = false;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--data", options.data, "folder of the journal and the releases");
  app.add_option("--pki", options.pki, "folder of keys and certificates (drydock pki init)");
  app.add_option("--config", options.config, "configuration [/etc/drydock/coordinator.yaml]");
  app.add_option("--edge", options.edge, "host:port for appliances; port 0 lets the system choose");
  app.add_option("--operator", options.operators, "host:port for operators");
  app.add_option("--http", options.http, "host:port for GET /health and /metrics");
  app.add_option("--download-rate", options.download_rate, "bytes a second of one download");
  app.add_flag("--log-json", options.log_json, "log lines as JSON");
}

Status listen_at(const char* flag, const std::string& text, config::Endpoint& into) {
  if (text.empty()) return Done{};
  const auto endpoint = config::parse_endpoint(text);
  if (!endpoint)
    return Error{ErrorKind::malformed,
                 std::string(flag) + " " + text + ": say " + std::string(config::kEndpointForm)};
  into = *endpoint;
  return Done{};
}

Result<centre::CentreOptions> centre_options(const Options& options) {
  auto config = config::load_coordinator(options.config.empty() ? std::optional<std::string>{}
                                                                : options.config);
  if (!config) return config.error();
  if (!options.data.empty()) config->data = options.data;
  if (!options.pki.empty()) config->pki = options.pki;
  if (auto s = listen_at("--edge", options.edge, config->edge); !s) return s.error();
  if (auto s = listen_at("--operator", options.operators, config->operators); !s) return s.error();
  if (auto s = listen_at("--http", options.http, config->http); !s) return s.error();
  auto sinks = config::sinks_of(config::process_environment());
  if (!sinks) return sinks.error();
  return centre::CentreOptions{std::move(*config), options.download_rate, std::move(*sinks)};
}

// A descriptor that becomes readable when the program is told to stop.
files::UniqueFd stop_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return files::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

// One descriptor a connection: as many as the system lets us have.
void take_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

Status run(const Options& options, int stop) {
  auto told = centre_options(options);
  if (!told) return told.error();
  observe::start_logging({"fleet-coordinator", told->config.log_level, options.log_json});
  auto sockets = http::handed_over_sockets();
  if (!sockets) return sockets.error();
  if (const auto edge = sockets->find("edge"); edge != sockets->end())
    told->edge_socket = edge->second.release();
  auto opened = centre::Centre::open(*told);
  if (!opened) return opened.error();
  centre::Centre& centre = **opened;
  const auto ports = centre.ports();
  spdlog::info("ready: edge {}, operator {}, http {}", ports.edge, ports.operators, ports.http);
  pollfd waiting{stop, POLLIN, 0};
  while (::poll(&waiting, 1, tick_ms) <= 0) centre.tick();
  spdlog::info("told to stop");
  centre.stop();
  return Done{};
}

}  // namespace
}  // namespace drydock

int main(int argc, char** argv) {
  drydock::Options options;
  CLI::App app(
      "The centre: appliances check in, operators roll releases out.\n"
      "DATABASE_URL and REDIS_URL of the environment name whom else to tell; both optional.",
      "fleet-coordinator");
  drydock::add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  const auto stop = drydock::stop_signals();
  drydock::take_descriptors();
  const auto ended = drydock::run(options, stop.get());
  if (ended) return 0;
  std::fprintf(stderr, "fleet-coordinator: %s\n", ended.error().text.c_str());
  return drydock::exit_cannot_start;
}
