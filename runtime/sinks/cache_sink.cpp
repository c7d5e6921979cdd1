#include "runtime/sinks/cache_sink.hpp"

#include <spdlog/spdlog.h>

namespace drydock::sinks {

CacheSink::CacheSink(config::RedisPlace place, Shared shared)
    : place_(std::move(place)), shared_(std::move(shared)), thread_([this] { run(); }) {}

CacheSink::~CacheSink() { stop(); }

void CacheSink::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (cache_) cache_->cut();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Standing CacheSink::standing() const {
  const std::lock_guard lock(mutex_);
  return standing_;
}

void CacheSink::run() {
  for (;;) {
    const auto wait = pass();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, wait, [this] { return stopping_; })) return;
  }
}

std::chrono::milliseconds CacheSink::pass() {
  auto done = connect();
  if (done) done = share_seen();
  if (done) done = share_counts();
  if (done) done = read_seen();
  const std::lock_guard lock(mutex_);
  standing_.up = static_cast<bool>(done);
  if (done) {
    complained_.clear();
    retry_.succeeded();
    return pace;
  }
  if (!stopping_ && done.error().text != complained_)
    spdlog::warn("cache: {}; the coordinator goes on with what it sees itself", done.error().text);
  complained_ = done.error().text;
  ++standing_.failures;
  cache_.reset();
  return retry_.failed();
}

Status CacheSink::connect() {
  if (cache_) return Done{};
  auto opened = Cache::open(place_);
  if (!opened) return opened.error();
  passes_ = 0;
  const std::lock_guard lock(mutex_);
  if (stopping_) return Error{ErrorKind::refused, "the coordinator stops"};
  cache_ = std::move(*opened);
  spdlog::info("cache: connected");
  return Done{};
}

Status CacheSink::share_seen() {
  const auto seen = shared_.take_seen(batch_max);
  auto put = cache_->put(seen);
  if (!put) shared_.again(seen);
  return put;
}

// What could not be told is not told again: it is of a minute that is over soon.
Status CacheSink::share_counts() {
  const auto counts = cache_->add(shared_.take_counts(batch_max));
  if (!counts) return counts.error();
  for (const Count& count : *counts) shared_.counted(count);
  return Done{};
}

Status CacheSink::read_seen() {
  if (passes_++ % passes_a_read != 0) return Done{};
  const auto seen = cache_->seen();
  if (!seen) return seen.error();
  for (const Seen& one : *seen) shared_.heard(one);
  return Done{};
}

}  // namespace drydock::sinks
