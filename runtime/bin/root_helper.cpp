// root-helper: the one privileged program behind compliance-agent. Wiring only: runtime/boot/helper
// holds what it decides, messages/helper.hpp what may be asked.
// Exit code 0: told to stop; 1: its socket failed; 2: it could not start.
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "runtime/bin/slot_layout_options.hpp"
#include "runtime/boot/helper/server.hpp"
#include "runtime/trust/identity_folder.hpp"

namespace drydock {
namespace {

struct Options {
  boot::HelperConfig config;
  std::string identity;  // default: identity/ on the data partition
  std::string ledger;    // default: helper/ on the data partition
  std::string listen;
  std::vector<uid_t> allowed;
};

void add_options(CLI::App& app, Options& options) {
  add_slot_layout_options(app, options.config.layout);
  app.add_option("--identity", options.identity, "identity folder [DATA/identity]");
  app.add_option("--ledger", options.ledger, "what the helper remembers [DATA/helper]");
  app.add_option("--listen", options.listen, "socket to make; without it systemd passes one");
  app.add_option("--allow-uid", options.allowed, "uid that may ask beside its own; repeatable");
  app.add_option("--stub", options.config.stub_folder,
                 "where the running release keeps a new boot stub and its order")
      ->capture_default_str();
  app.add_option("--unit", options.config.units, "unit that may be restarted; repeatable")
      ->expected(0, static_cast<int>(boot::units_max));
  app.add_option("--reboot-command", options.config.reboot,
                 "one word each time it is given [systemctl reboot]")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--restart-command", options.config.restart,
                 "the same; the unit's name is added [systemctl restart]")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void say(const std::string& line) { std::fprintf(stderr, "root-helper: %s\n", line.c_str()); }

WallTime system_wall() {
  timeval now{};
  ::gettimeofday(&now, nullptr);
  return {static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_usec / 1000};
}

// A descriptor that becomes readable when the program is told to stop.
files::UniqueFd stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return files::UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC));
}

Status run(Options options, int stop, bool& started) {
  auto listener =
      options.listen.empty() ? boot::inherited_socket() : boot::listen_on(options.listen);
  if (!listener) return listener.error();
  const auto identity = trust::load_identity(options.identity);
  if (!identity) return identity.error().in("identity");
  auto ledger = boot::Ledger::open(options.ledger);
  if (!ledger) return ledger.error();
  boot::Orders orders(identity->release_key, identity->order_key, identity->appliance.id);
  boot::Helper helper(std::move(options.config), std::move(orders), std::move(*ledger),
                      system_wall);
  boot::Server server(std::move(*listener), std::move(options.allowed), helper, say);
  started = true;
  return server.run(stop);
}

}  // namespace
}  // namespace drydock

int main(int argc, char** argv) {
  drydock::Options options;
  CLI::App app(
      "Opens slots and writes the boot state for compliance-agent, after verifying every "
      "signature itself.",
      "root-helper");
  drydock::add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  const std::string& data = options.config.layout.data_folder;
  if (options.identity.empty()) options.identity = data + "/identity";
  if (options.ledger.empty()) options.ledger = data + "/helper";
  options.allowed.push_back(::geteuid());

  const auto stop = drydock::stop_signals();
  bool started = false;
  const auto ended = drydock::run(std::move(options), stop.get(), started);
  if (ended) return 0;
  drydock::say(ended.error().text);
  return started ? 1 : 2;
}
