#pragma once
// What the centre shows of itself on plain HTTP: GET /health and GET /metrics, and nothing else.
#include <map>
#include <mutex>

#include "runtime/centre/machines.hpp"
#include "runtime/centre/rollout_metrics.hpp"
#include "runtime/centre/tellers.hpp"
#include "runtime/http/server.hpp"
#include "runtime/journal/journal.hpp"
#include "runtime/observe/metrics.hpp"
#include "runtime/observe/progress.hpp"

namespace drydock::centre {

// An actor or writer that got nothing done for this long is stuck. They are prodded every second.
inline constexpr Duration stuck_after = seconds(30);

class StatusPage {
 public:
  struct Parts {  // all of them outlive this
    Machines* machines = nullptr;
    journal::Journal* journal = nullptr;
    const observe::Progress* progress = nullptr;
    std::function<shell::Moment()> now;
    std::function<http::Counters()> edge, operators;  // of the two other listeners
    const Tellers* tellers = nullptr;
  };
  explicit StatusPage(Parts parts) : parts_(std::move(parts)) {}

  // /metrics blocks on the machines: for a Desk. The rest is told at once, from any thread.
  http::Response answer(const http::Request& request);

 private:
  http::Response health() const;
  http::Response metrics();
  void count_gateway();
  void count_registry();
  void count_rollouts();
  void count_journal();
  void count_sinks();
  void count_listener(const std::string& listener, const http::Counters& now);
  // A counter of the process, from a number that only grows.
  void grow(const std::string& name, const std::string& help, const observe::Labels& labels,
            std::uint64_t now);

  const Parts parts_;
  std::mutex mutex_;  // guards what follows
  observe::Metrics metrics_;
  RolloutMetrics rollouts_;
  std::map<std::pair<std::string, observe::Labels>, std::uint64_t> told_;
};

}  // namespace drydock::centre
