#pragma once
// One server thread: its reactor, its connections, their deadlines.
#include <utility>  // Boost 1.74 uses std::exchange without it

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "runtime/files/files.hpp"
#include "runtime/http/deadlines.hpp"
#include "runtime/http/pacer.hpp"
#include "runtime/http/server.hpp"

namespace drydock::http {

// What all threads of a server share. Options and handler do not change while threads run.
struct Shared {
  Shared(ServerOptions o, Handler h)
      : options(std::move(o)),
        handler(std::move(h)),
        file_pacer(options.limits.file_bytes_per_second_max) {}

  ServerOptions options;
  Handler handler;
  Pacer file_pacer;
  std::atomic<std::uint64_t> open{0}, accepted{0}, turned_away{0}, accept_pauses{0},
      handshakes_failed{0}, requests{0}, refused{0};
};

// Owned by the server and by every Responder, so that a late answer always has a place to go.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(std::shared_ptr<Shared> shared);

  void start();         // begins the thread
  void request_stop();  // any thread: closes all connections and lets the thread end
  void join();
  // Any thread: takes over an accepted, non-blocking socket.
  void adopt(files::UniqueFd fd, std::string address);

  // The rest is for the worker's own thread.
  boost::asio::io_context& io() { return io_; }
  Shared& shared() { return *shared_; }
  Deadlines& deadlines() { return deadlines_; }
  // One block for reading from sockets and files; nothing in it outlives a step.
  std::vector<char>& scratch() { return scratch_; }

 private:
  void tick();
  void close_all();

  std::shared_ptr<Shared> shared_;
  Deadlines deadlines_;
  std::vector<char> scratch_;
  bool stopping_ = false;
  // Declared after what the connections in its queue touch when it is destroyed.
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds tick_period_;
  std::thread thread_;
};

}  // namespace drydock::http
