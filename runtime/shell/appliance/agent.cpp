#include "runtime/shell/appliance/agent.hpp"

#include <sys/random.h>

#include "actors/healer/actor.hpp"
#include "actors/health_gate/actor.hpp"
#include "actors/reporter/actor.hpp"
#include "actors/scheduler/actor.hpp"
#include "actors/updater/actor.hpp"
#include "runtime/appliance/metrics_page.hpp"
#include "runtime/shell/appliance/gather.hpp"
#include "runtime/shell/appliance/worlds.hpp"
#include "runtime/shell/owed_reports.hpp"
#include "runtime/shell/recovery.hpp"

namespace drydock::shell {
namespace {

constexpr std::int64_t helper_patience_ms = 30'000;
constexpr Duration house_interval = seconds(20);

// Two threads carry all five actors; the blocking work has threads of its own. They wait for work
// at one shared queue: CAF's stealing workers poll every 50 us for 25 ms after each message, which
// was two thirds of the CPU time of an agent that checks in once a second.
struct SystemConfig : caf::actor_system_config {
  SystemConfig() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

// The dice's seed: drawn once in a journal's life.
Result<std::uint64_t> seed_of(journal::Journal& journal) {
  std::uint64_t seed = 0;
  if (auto note = journal.note("seed"); note && read_key(*note, seed)) return seed;
  if (::getrandom(&seed, sizeof seed, 0) != sizeof seed)
    return Error{ErrorKind::io, "the kernel gives no random bytes"};
  journal.put_note("seed", key_bytes(seed), {});
  if (auto flushed = journal.flush(); !flushed) return flushed.error();
  return seed;
}

Instant newest_up(const journal::Journal& journal) {
  const auto record = journal.record(journal.head().seq);
  return record ? Instant{record->up_ms} : Instant{};
}

// Seconds since 2026: more than any appliance ever numbers reports, and later ones are higher.
ReportSeq report_floor(WallTime wall) {
  const std::int64_t s = (wall - clock::kEarliestWall).value / 1000;
  return {s > 0 ? static_cast<std::uint32_t>(s) : 0};
}

http::ClientOptions centre_options_of(const config::AgentConfig& config,
                                      const trust::Identity& identity) {
  http::ClientOptions options;
  options.base_url = config.mcp_url;
  options.ca_file = identity.authority_path;
  options.certificate_file = identity.certificate_path;
  options.key_file = identity.key_path;
  return options;
}

}  // namespace

struct Agent::Parts {
  config::AgentConfig config;
  trust::Identity identity;
  trust::KeyRing keys;
  std::unique_ptr<journal::Journal> journal;
  clock::BootClock clock;
  Host host;
  SystemConfig system_config;
  std::optional<caf::actor_system> system;
  std::shared_ptr<ApplianceDirectory> directory = std::make_shared<ApplianceDirectory>();
  std::unique_ptr<Worlds> worlds;
  caf::actor housekeeper;
  Instant started;
  std::unique_ptr<appliance::MetricsPage> metrics;  // where the configuration asks for it

  Parts(config::AgentConfig c, trust::Identity i, std::unique_ptr<journal::Journal> j,
        clock::BootClock k)
      : config(std::move(c)), identity(std::move(i)), journal(std::move(j)), clock(std::move(k)) {
    keys.add(identity.release_key, std::string(manifest_envelope_type));
    keys.add(identity.order_key, std::string(grant_envelope_type));
  }

  Moment now() {
    const auto reading = clock.read();
    return {reading.up, reading.wall, reading.trust};
  }

  template <class M>
  Status spawn(Handle<M> (*spawn_it)(caf::actor_system&, Start<M>), World<M> world) {
    Stepper<M> stepper(host.seed, host.entity);
    if (auto recovered = recover(*journal, stepper); !recovered) return recovered;
    directory->template get<M>() =
        spawn_it(*system, {host, std::move(stepper), directory, std::move(world)});
    return Done{};
  }

  Status spawn_all() {
    if (auto s = spawn<Scheduler>(spawn_scheduler, worlds->scheduler()); !s) return s;
    if (auto s = spawn<Updater>(spawn_updater, worlds->updater()); !s) return s;
    if (auto s = spawn<HealthGate>(spawn_health_gate, worlds->health_gate()); !s) return s;
    if (auto s = spawn<Reporter>(spawn_reporter, worlds->reporter()); !s) return s;
    return spawn<Healer>(spawn_healer, worlds->healer());
  }

  void first_events(const HelperState& slots, Version running,
                    const appliance::HealthChecks& checks) {
    if (auto lost = journal->lost()) {
      spdlog::error("the journal was set aside: {}", *lost);
      worlds->tell(JournalLost{1, report_floor(clock.read().wall)});
    }
    Restarted restarted;
    restarted.appliance = identity.appliance.id;
    restarted.boot = slots.boot;
    restarted.active = slots.active;
    restarted.trial = slots.trial;
    restarted.trial_update = slots.trial_update;
    restarted.running = running;
    restarted.poll_wish = config.poll_interval;
    restarted.soak = config.soak;
    restarted.checks = static_cast<std::uint8_t>(checks.list.size());
    restarted.required = checks.required;
    restarted.clean = journal->closed_cleanly();
    worlds->tell(restarted);
    worlds->tell(HealthGate::LimitsSet{clock::host_clock().since_boot() - Instant{},
                                       config.boot_deadline, config.return_after});
    worlds->become_ready();
    if (journal->lost()) journal->forget_loss();  // the reporter's turn lies before it
  }

  // A box whose metrics cannot be served is still kept up to date.
  void serve_metrics() {
    if (!config.metrics) return;
    auto page = appliance::MetricsPage::start(config::text_of(*config.metrics), [this] {
      return gather({*directory, worlds->seen(), config.site_id, config.paths.data + "/journal",
                     started, now().up});
    });
    if (!page) return spdlog::error("{}; the agent goes on without metrics", page.error().text);
    metrics = std::move(*page);
    spdlog::info("metrics: GET /metrics of {} at port {}", config.metrics->host, metrics->port());
  }

  void start_housekeeper() {
    housekeeper = system->spawn([this](caf::event_based_actor* self) -> caf::behavior {
      self->delayed_send(self, std::chrono::seconds(2), caf::tick_atom::value);
      return {[this, self](caf::tick_atom) {
        worlds->keep_house();
        self->delayed_send(self, std::chrono::milliseconds(house_interval.value),
                           caf::tick_atom::value);
      }};
    });
  }

  void stop_actors() {
    if (!system) return;
    caf::scoped_actor waiter{*system};
    const auto end = [&](const auto& handle) {
      if (!handle) return;
      const auto actor = caf::actor_cast<caf::actor>(handle);
      waiter->send_exit(actor, caf::exit_reason::user_shutdown);
      waiter->wait_for(actor);
    };
    end(housekeeper);
    std::apply([&](const auto&... handle) { (end(handle), ...); }, directory->handles);
  }

  ~Parts() {
    metrics.reset();  // it looks at the actors
    if (worlds) worlds->stop();
    stop_actors();
    worlds.reset();
    housekeeper = {};
    directory->handles = {};
    directory.reset();
    system.reset();
  }
};

Result<std::unique_ptr<Agent>> Agent::start(const config::AgentConfig& config) {
  auto identity = trust::load_identity(config.paths.identity);
  if (!identity) return identity.error().in("identity");
  auto running = appliance::running_version(config.paths.os_release);
  if (!running) return running.error().in("which release runs");
  auto slots = appliance::wait_for_helper(config.paths.root_helper, helper_patience_ms);
  if (!slots) return slots.error();
  if (auto made = files::make_folders(config.paths.data + "/update"); !made) return made.error();
  auto journal = journal::Journal::open(config.paths.data + "/journal", journal::agent_options());
  if (!journal) return journal.error().in("journal");
  auto boot_id = clock::read_boot_id(config.paths.boot_id);
  if (!boot_id) return boot_id.error();
  auto clock = clock::BootClock::open(
      {config.paths.data + "/clock", *boot_id, newest_up(**journal)}, clock::host_clock());
  if (!clock) return clock.error().in("clock");
  auto seed = seed_of(**journal);
  if (!seed) return seed.error();
  auto client = http::Client::make(centre_options_of(config, *identity));
  if (!client) return client.error().in("MCP_URL");

  auto parts =
      std::make_unique<Parts>(config, std::move(*identity), std::move(*journal), std::move(*clock));
  Parts& p = *parts;
  p.started = p.now().up;
  p.host = {p.journal.get(), [&p] { return p.now(); }, *seed, p.identity.appliance.id.value};
  p.system.emplace(p.system_config);
  const auto checks = appliance::health_checks(config.paths.health_checks);
  p.worlds = std::make_unique<Worlds>(
      Ground{p.config, p.identity, p.keys, *p.journal, p.clock, checks, slots->boot, slots->active,
             centre_options_of(p.config, p.identity)},
      std::move(*client), p.directory);
  if (auto spawned = p.spawn_all(); !spawned) return spawned.error();
  p.first_events(*slots, *running, checks);
  p.serve_metrics();
  p.start_housekeeper();
  spdlog::info("appliance {} of {} runs {} from slot {}", hex(p.identity.appliance.id.value),
               p.identity.appliance.client, name_of(*running), name_of(slots->active));
  return std::unique_ptr<Agent>(new Agent(std::move(parts)));
}

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Agent::~Agent() = default;

}  // namespace drydock::shell
