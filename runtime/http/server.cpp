#include "runtime/http/server.hpp"

#include <sys/resource.h>
#include <algorithm>

#include <fmt/format.h>

#include "runtime/http/listener.hpp"
#include "runtime/http/worker.hpp"

namespace drydock::http {
namespace {
constexpr unsigned threads_max = 8;
constexpr std::uint64_t spare_descriptors = 128;  // for files, journals and the program's own
constexpr std::uint64_t connections_min = 16;

Status check(const ServerOptions& options) {
  if (options.threads < 1 || options.threads > threads_max)
    return Error{ErrorKind::malformed,
                 fmt::format("{} server threads; say 1 to 8", options.threads)};
  return Done{};
}

// Beyond the process's own limit a connection could be accepted but no file opened for it.
void fit_to_descriptors(Limits& limits) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return;
  const std::uint64_t rest =
      files.rlim_cur > spare_descriptors ? files.rlim_cur - spare_descriptors : 0;
  const std::uint64_t fit = std::max(rest, connections_min);
  limits.connections_max =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(limits.connections_max, fit));
}
}  // namespace

struct Server::Parts {
  std::shared_ptr<Shared> shared;
  std::uint16_t port = 0;
  std::vector<std::shared_ptr<Worker>> workers;
  std::unique_ptr<Listener> listener;
  bool running = false;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  if (auto checked = check(options); !checked) return checked.error();
  fit_to_descriptors(options.limits);
  auto socket = options.listening >= 0 ? take_over(options.listening) : listen_on(options.address);
  if (!socket) return socket.error();
  auto parts = std::make_unique<Parts>();
  parts->port = socket->port;
  const unsigned threads = options.threads;
  parts->shared = std::make_shared<Shared>(std::move(options), std::move(handler));
  for (unsigned n = 0; n < threads; ++n)
    parts->workers.push_back(std::make_shared<Worker>(parts->shared));
  parts->listener = std::make_unique<Listener>(std::move(*socket), parts->workers);
  if (auto started = parts->listener->start(); !started) return started.error();
  for (auto& worker : parts->workers) worker->start();
  parts->running = true;
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

std::uint16_t Server::port() const { return parts_->port; }

Counters Server::counters() const {
  const auto& s = *parts_->shared;
  return {s.open,     s.accepted, s.turned_away, s.accept_pauses, s.handshakes_failed,
          s.requests, s.refused};
}

void Server::stop() {
  if (!std::exchange(parts_->running, false)) return;
  parts_->listener->request_stop();
  for (auto& worker : parts_->workers) worker->request_stop();
  for (auto& worker : parts_->workers) worker->join();
  parts_->listener.reset();
  parts_->workers.clear();
  parts_->shared->handler = nullptr;  // it may hold a Responder, which holds a worker
}

}  // namespace drydock::http
