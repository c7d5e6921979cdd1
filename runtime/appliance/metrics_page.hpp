#pragma once
// GET /metrics of the agent over plain HTTP: one answer, and nothing that could be changed. Made
// only where the configuration asks for it; it then has two threads of its own.
#include <atomic>
#include <functional>
#include <memory>

#include "runtime/appliance/figures.hpp"
#include "runtime/appliance/worker.hpp"
#include "runtime/http/server.hpp"

namespace drydock::appliance {

class MetricsPage {
 public:
  static constexpr std::uint32_t asked_max = 4;  // at once; the next one is told to come again

  // `figures` runs on a thread of this class and may block for some seconds; nothing means that an
  // actor did not come to it. `address` is host:port. Errors name the address.
  using Ask = std::function<std::optional<Figures>()>;
  static Result<std::unique_ptr<MetricsPage>> start(const std::string& address, Ask figures);
  ~MetricsPage();  // waits for what is being answered

  std::uint16_t port() const { return server_->port(); }

 private:
  explicit MetricsPage(Ask figures) : figures_(std::move(figures)) {}
  void take(const http::Request& request, http::Responder responder);

  const Ask figures_;
  std::atomic<std::uint32_t> asked_{0};
  Worker worker_{"metrics"};
  std::unique_ptr<http::Server> server_;
};

}  // namespace drydock::appliance
