#include "runtime/http/worker.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>

#include "runtime/http/connection.hpp"

namespace drydock::http {
namespace {
constexpr std::size_t scratch_bytes = 64 * 1024;

std::chrono::milliseconds tick_period(const Limits& limits) {
  using namespace std::chrono_literals;
  const auto shortest =
      std::min({limits.handshake_timeout, limits.idle_timeout, limits.request_timeout,
                limits.answer_timeout, limits.send_timeout, limits.drain_timeout});
  return std::clamp(shortest / 4, 5ms, 500ms);
}
}  // namespace

Worker::Worker(std::shared_ptr<Shared> shared)
    : shared_(std::move(shared)),
      deadlines_(shared_->options.limits),
      scratch_(scratch_bytes),
      work_(io_.get_executor()),
      timer_(io_),
      tick_period_(tick_period(shared_->options.limits)) {}

void Worker::start() {
  tick();
  // Signals go to the program's own thread, and a write to a gone peer is an error value here.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { io_.run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::tick() {
  while (Connection* late = deadlines_.overdue(Deadlines::Clock::now()))
    late->shared_from_this()->deadline_passed();
  timer_.expires_after(tick_period_);
  timer_.async_wait([this](const boost::system::error_code& code) {
    if (!code && !stopping_) tick();
  });
}

void Worker::request_stop() {
  boost::asio::post(io_, [this] {
    stopping_ = true;
    close_all();
    timer_.cancel();
    work_.reset();
  });
}

void Worker::close_all() {
  while (Connection* open = deadlines_.any()) open->shared_from_this()->close();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::adopt(files::UniqueFd fd, std::string address) {
  boost::asio::post(io_, [this, fd = std::move(fd), address = std::move(address)]() mutable {
    if (stopping_) {
      --shared_->open;
      return;
    }
    std::make_shared<Connection>(*this, std::move(fd), std::move(address))->start();
  });
}

}  // namespace drydock::http
