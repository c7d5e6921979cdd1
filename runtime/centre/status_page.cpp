#include "runtime/centre/status_page.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "runtime/centre/replies.hpp"

namespace drydock::centre {

http::Response StatusPage::answer(const http::Request& request) {
  const bool known = request.path == "/health" || request.path == "/metrics";
  if (!known) return refusal(404, "there is only /health and /metrics here");
  if (request.method != "GET") return refusal(405, "only GET is answered here");
  return request.path == "/health" ? health() : metrics();
}

http::Response StatusPage::health() const {
  Json stuck = Json::array();
  for (const auto& each : parts_.progress->stuck(parts_.now().up, stuck_after))
    stuck.push_back(each.actor);
  const bool full = parts_.journal->disk_full();
  const bool ok = stuck.empty() && !full;
  return reply(ok ? 200 : 503, Json{{"status", ok     ? "ok"
                                               : full ? "disk full"
                                                      : "stuck"},
                                    {"version", DRYDOCK_VERSION},
                                    {"journal_head", parts_.journal->head().seq},
                                    {"decisions", parts_.journal->decision_head()},
                                    {"disk_full", full},
                                    {"stuck", std::move(stuck)}});
}

http::Response StatusPage::metrics() {
  const std::lock_guard lock(mutex_);
  count_gateway();
  count_registry();
  count_rollouts();
  rollouts_.count(*parts_.machines, parts_.now(), metrics_);
  count_journal();
  count_sinks();
  count_listener("edge", parts_.edge());
  count_listener("operator", parts_.operators());
  parts_.progress->publish(metrics_, parts_.now().up);
  http::Response response;
  response.status = 200;
  response.content_type = observe::kMetricsType;
  response.body = metrics_.text();
  return response;
}

void StatusPage::grow(const std::string& name, const std::string& help,
                      const observe::Labels& labels, std::uint64_t now) {
  std::uint64_t& told = told_[{name, labels}];
  metrics_.counter(name, help, labels).add(now > told ? now - told : 0);
  told = now;
}

void StatusPage::count_gateway() {
  const auto state =
      copied<Gateway>(*parts_.machines, [](const Gateway::State& s) { return s.passing; });
  if (!state) return;
  const std::string name = "drydock_check_ins_total", help = "Check-ins by what became of them.";
  grow(name, help, {{"result", "answered"}}, state->answered);
  grow(name, help, {{"result", "refused"}}, state->refused);
  grow(name, help, {{"result", "turned_away"}}, state->turned_away);
  metrics_.gauge("drydock_check_ins_waiting", "Check-ins that wait for an answer.")
      .set(state->waiting);
}

void StatusPage::count_registry() {
  using Counts = std::array<std::int64_t, 6>;  // by lifecycle
  const auto counts = copied<Registry>(*parts_.machines, [](const Registry::Store& store) {
    Counts found{};
    for (std::uint32_t i = 0; i < store.appliances.size(); ++i)
      ++found[static_cast<std::size_t>(store.appliances.row(i).lifecycle) % found.size()];
    return found;
  });
  if (!counts) return;
  for (std::size_t n = 0; n < counts->size(); ++n)
    metrics_
        .gauge("drydock_appliances", "Appliances by lifecycle.",
               {{"lifecycle", std::string(name_of(static_cast<Lifecycle>(n)))}})
        .set((*counts)[n]);
}

void StatusPage::count_rollouts() {
  using Counts = std::array<std::int64_t, 7>;  // by phase
  const auto counts = copied<Planner>(*parts_.machines, [](const Planner::Store& store) {
    Counts found{};
    for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
      ++found[static_cast<std::size_t>(store.rollouts.row(i).phase) % found.size()];
    return found;
  });
  if (!counts) return;
  for (std::size_t n = 1; n < counts->size(); ++n)
    metrics_
        .gauge("drydock_rollouts", "Rollouts by phase.",
               {{"phase", std::string(name_of(static_cast<planner::RolloutPhase>(n)))}})
        .set((*counts)[n]);
}

void StatusPage::count_journal() {
  const auto stats = parts_.journal->stats();
  const auto set = [this](const char* name, const char* help, std::uint64_t value) {
    metrics_.gauge(name, help).set(static_cast<std::int64_t>(value));
  };
  set("drydock_journal_head", "Sequence of the newest durable record.", parts_.journal->head().seq);
  set("drydock_journal_decisions", "Position of the newest durable decision.",
      parts_.journal->decision_head());
  set("drydock_journal_waiting_items", "What waits for the journal's disk.", stats.waiting_items);
  set("drydock_journal_disk_full", "1 when the journal lives on its reserve.",
      parts_.journal->disk_full() ? 1 : 0);
  grow("drydock_journal_records_total", "Records made durable by this process.", {}, stats.records);
  grow("drydock_journal_syncs_total", "Synced writes of this process.", {}, stats.syncs);
}

void StatusPage::count_sinks() {
  for (const Tellers::Named& each : parts_.tellers->standings()) {
    const observe::Labels which{{"sink", each.sink}};
    metrics_.gauge("drydock_sink_up", "1 when the sink's server takes what it is told.", which)
        .set(each.standing.up ? 1 : 0);
    metrics_.gauge("drydock_sink_position", "Position of the newest decision in the sink.", which)
        .set(static_cast<std::int64_t>(each.standing.position));
    grow("drydock_sink_failures_total", "Times that the sink's server failed.", which,
         each.standing.failures);
  }
}

void StatusPage::count_listener(const std::string& listener, const http::Counters& now) {
  const observe::Labels who{{"listener", listener}};
  metrics_.gauge("drydock_connections_open", "Open connections.", who)
      .set(static_cast<std::int64_t>(now.connections_open));
  grow("drydock_requests_total", "Requests that reached their handler.", who, now.requests);
  grow("drydock_handshakes_failed_total", "TLS handshakes that failed.", who,
       now.handshakes_failed);
  grow("drydock_connections_turned_away_total", "Connections over the limit.", who,
       now.connections_turned_away);
}

}  // namespace drydock::centre
