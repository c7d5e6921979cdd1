#include "runtime/centre/centre.hpp"

#include <algorithm>
#include <atomic>

#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/calendars.hpp"
#include "runtime/centre/desk.hpp"
#include "runtime/centre/edge.hpp"
#include "runtime/centre/opening.hpp"
#include "runtime/centre/operator_api.hpp"
#include "runtime/centre/proposals.hpp"
#include "runtime/centre/status_page.hpp"
#include "runtime/centre/tellers.hpp"
#include "runtime/files/files.hpp"
#include "runtime/journal/local_decision_log.hpp"

namespace drydock::centre {
namespace {

constexpr unsigned operator_threads = 4;
constexpr std::size_t operator_queue_max = 32;  // of at most one chunk each
constexpr std::size_t status_queue_max = 16;
constexpr unsigned edge_threads_max = 8;
constexpr int ticks_a_clock_promise = 60;
constexpr int ticks_a_calendar = 60;
constexpr int catch_up_waits_max = 60;  // of look_timeout each

http::Limits edge_limits(const config::CoordinatorConfig& config) {
  http::Limits limits;
  limits.file_bytes_per_second_max = config.download_rate.value;
  return limits;
}

// A chunk or a manifest is the largest body; proving a whole image the longest answer.
http::Limits operator_limits() {
  http::Limits limits;
  limits.connections_max = 64;
  limits.body_bytes_max = Releases::chunk_bytes_max + (64u << 10);
  limits.request_timeout = std::chrono::minutes(2);
  limits.answer_timeout = std::chrono::minutes(5);
  return limits;
}

http::Limits status_limits() {
  http::Limits limits;
  limits.connections_max = 64;
  limits.body_bytes_max = 1024;
  return limits;
}

// Who gets nothing done looks alive from outside; so each is asked for a sign of life.
struct Prod {
  observe::Beat beat;
  std::shared_ptr<std::atomic<bool>> under_way;
};

}  // namespace

// In the order they are made; what is below uses what is above and goes first.
struct Centre::Parts {
  CentreOptions options;
  observe::Progress progress;
  RequestIds ids;
  std::optional<Presence> presence;
  std::optional<RateLimit> rate_limit;
  OperatorRequests requests{ids};
  std::unique_ptr<journal::Journal> journal;
  std::optional<clock::BootClock> clock;
  std::unique_ptr<Names> names;
  std::unique_ptr<Releases> releases;
  std::unique_ptr<journal::LocalDecisionLog> log;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<Proposals> proposals;
  std::unique_ptr<Calendars> calendars;  // its looks end with the machines
  std::unique_ptr<RunningMachines> machines;
  std::unique_ptr<Tellers> tellers;
  std::vector<Prod> prods;  // gateway, registry, planner, journal
  std::unique_ptr<StatusPage> status;
  std::unique_ptr<Desk> operator_desk, status_desk;
  std::unique_ptr<http::Server> edge_server, operator_server, status_server;
  int ticks = 0;
  bool running = true;

  shell::Moment now() {
    const clock::Reading reading = clock->read();
    return {reading.up, reading.wall, reading.trust};
  }
  Status open_data(trust::KeyRing release_keys);
  Status run_machines(trust::SigningKey order_key);
  Status catch_up();
  Status listen(const Keys& keys);
  Status write_ports() const;
  OperatorParts operator_parts();
};

Status Centre::Parts::open_data(trust::KeyRing release_keys) {
  const std::string& data = options.config.data;
  if (auto s = files::make_folders(data); !s) return s;
  auto opened = open_journal(options.config);
  if (!opened) return opened.error();
  journal = std::move(*opened);
  auto ticking = open_clock(data, *journal);
  if (!ticking) return ticking.error().in("clock");
  clock.emplace(std::move(*ticking));
  auto known = Names::open(*journal);
  if (!known) return known.error();
  names = std::move(*known);
  auto stored = Releases::open(data + "/releases", std::move(release_keys));
  if (!stored) return stored.error().in("releases");
  releases = std::move(*stored);
  auto decisions = journal::LocalDecisionLog::open(*journal);
  if (!decisions) return decisions.error().in("decision log");
  log = std::move(*decisions);
  return Done{};
}

Status Centre::Parts::run_machines(trust::SigningKey order_key) {
  const auto seed = dice_seed(*journal);
  if (!seed) return seed.error();
  auto recovered = recover_machines(*journal, *seed);
  if (!recovered) return recovered.error();
  const Position decided = recovered->planner.store().head.decided;
  proposals = std::make_unique<Proposals>(
      *log, decided, [this](const Planner::Event& event) { machines->tell(event); });
  World world{[this](const auto& e) { edge->respond(e); },
              [this](const auto& e) { edge->refuse(e); },
              [this](const auto& e) { proposals->propose(e.decision); },
              [this](const auto& e) { requests.answered(e); }};
  machines = std::make_unique<RunningMachines>(
      *journal, [this] { return now(); }, *seed, std::move(*recovered), std::move(world));
  calendars = std::make_unique<Calendars>(*machines, [this] { return now(); });
  presence.emplace(options.sinks.redis.has_value());
  rate_limit.emplace(options.config.check_ins_per_minute);
  edge = std::make_unique<Edge>(
      Edge::Parts{machines.get(), releases.get(), &*presence, &*rate_limit, &ids,
                  [this] { return now().wall; }, options.download_rate},
      std::move(order_key));
  for (const char* name : {"gateway", "registry", "planner", "journal"})
    prods.push_back({progress.actor(name, now().up), std::make_shared<std::atomic<bool>>(false)});
  return catch_up();
}

// The planner applies what the log holds above its own mark before anybody may ask it anything.
Status Centre::Parts::catch_up() {
  machines->tell(Planner::Event{CentreStarted{Epoch{log->epoch()}}});
  if (auto s = proposals->catch_up(); !s) return s;
  const std::uint64_t head = log->head();
  for (int waits = 0;;) {
    const auto decided = copied<Planner>(
        *machines, [](const Planner::Store& store) { return store.head.decided.value; });
    if (decided && *decided >= head) {
      if (auto s = calendars->tell_all(); !s) return s;
      return journal->flush();
    }
    if (++waits == catch_up_waits_max)
      return Error{ErrorKind::timed_out, fmt::format("the planner has not applied decision {} of "
                                                     "the log; look at the disk, and start again",
                                                     head)};
    spdlog::info("the planner catches up with decision {}", head);
  }
}

OperatorParts Centre::Parts::operator_parts() {
  return {machines.get(), releases.get(),          names.get(), &*presence, &requests,
          journal.get(),  [this] { return now(); }};
}

Status Centre::Parts::listen(const Keys& keys) {
  const auto& config = options.config;
  const auto start = [](const char* what, http::ServerOptions server, http::Handler handler,
                        std::unique_ptr<http::Server>& into) -> Status {
    auto started = http::Server::start(std::move(server), std::move(handler));
    if (!started) return started.error().in(what);
    into = std::move(*started);
    return Done{};
  };
  tellers = std::make_unique<Tellers>(
      options.sinks, Tellers::Parts{machines.get(), names.get(), &*presence, &*rate_limit,
                                    journal.get(), log.get(), [this] { return now().wall; }});
  operator_desk = std::make_unique<Desk>(
      operator_threads, operator_queue_max,
      [given = operator_parts()](const http::Request& r) { return answer_operator(given, r); });
  status = std::make_unique<StatusPage>(
      StatusPage::Parts{machines.get(), journal.get(), &progress, [this] { return now(); },
                        [this] { return edge_server->counters(); },
                        [this] { return operator_server->counters(); }, tellers.get()});
  status_desk = std::make_unique<Desk>(
      1, status_queue_max, [this](const http::Request& r) { return status->answer(r); });
  auto s = start(
      "--edge",
      {config::text_of(config.edge), options.edge_socket, keys.edge, identify_appliance,
       std::clamp(config.edge_workers, 1u, edge_threads_max), edge_limits(config)},
      [this](http::Request request, http::Responder responder) {
        edge->take(std::move(request), std::move(responder));
      },
      edge_server);
  if (s)
    s = start(
        "--operator",
        {config::text_of(config.operators), -1, keys.operators, identify_operator, 1,
         operator_limits()},
        [this](http::Request request, http::Responder responder) {
          operator_desk->take(std::move(request), std::move(responder));
        },
        operator_server);
  if (s)
    s = start(
        "--http", {config::text_of(config.http), -1, {}, {}, 1, status_limits()},
        [this](http::Request request, http::Responder responder) {
          // Health is told at once, whatever else hangs.
          if (request.path != "/metrics") return responder.send(status->answer(request));
          status_desk->take(std::move(request), std::move(responder));
        },
        status_server);
  return s;
}

Status Centre::Parts::write_ports() const {
  const nlohmann::ordered_json ports = {{"edge", edge_server->port()},
                                        {"operator", operator_server->port()},
                                        {"http", status_server->port()}};
  return files::replace_durably(options.config.data + "/ports.json", ports.dump() + "\n", 0644);
}

Centre::Centre(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Centre::~Centre() { stop(); }

Result<std::unique_ptr<Centre>> Centre::open(const CentreOptions& options) {
  auto keys = load_keys(options.config.pki);
  if (!keys) return keys.error();
  std::unique_ptr<Centre> centre(new Centre(std::make_unique<Parts>()));
  Parts& parts = *centre->parts_;
  parts.options = options;
  if (auto s = parts.open_data(keys->releases); !s) return s.error();
  if (auto s = parts.run_machines(std::move(keys->order)); !s) return s.error();
  if (auto s = parts.listen(*keys); !s) return s.error();
  if (auto s = parts.write_ports(); !s) return s.error();
  return centre;
}

Ports Centre::ports() const {
  return {parts_->edge_server->port(), parts_->operator_server->port(),
          parts_->status_server->port()};
}

void Centre::tick() {
  Parts& p = *parts_;
  if (++p.ticks % ticks_a_clock_promise == 0)
    if (auto kept = p.clock->keep(); !kept) spdlog::error("clock: {}", kept.error().text);
  if (p.ticks % ticks_a_calendar == 0) p.calendars->tell_due();
  p.proposals->look_again();
  p.tellers->look();
  // One prod is under way to each; who does not come to it gets no second one.
  const auto prod = [&p](std::size_t n, auto send) {
    const Prod& to = p.prods[n];
    if (to.under_way->exchange(true)) return;
    send([&p, to](const auto&...) {
      to.beat.mark(p.now().up);
      *to.under_way = false;
    });
  };
  prod(0, [&](auto mark) { p.machines->look(std::function<void(const Gateway::Store&)>(mark)); });
  prod(1, [&](auto mark) { p.machines->look(std::function<void(const Registry::Store&)>(mark)); });
  prod(2, [&](auto mark) { p.machines->look(std::function<void(const Planner::Store&)>(mark)); });
  prod(3, [&](auto mark) { p.journal->notify(mark); });
}

void Centre::stop() {
  if (!std::exchange(parts_->running, false)) return;
  for (auto* server : {&parts_->edge_server, &parts_->operator_server, &parts_->status_server})
    if (*server) (*server)->stop();
  parts_->requests.close();
  for (auto* desk : {&parts_->operator_desk, &parts_->status_desk})
    if (*desk) (*desk)->stop();
  if (parts_->tellers) parts_->tellers->stop();
  if (parts_->machines) parts_->machines->stop();
  if (parts_->journal) (void)parts_->journal->flush();
  if (parts_->clock)
    if (auto parked = parts_->clock->park(); !parked)
      spdlog::error("clock: {}", parked.error().text);
}

}  // namespace drydock::centre
