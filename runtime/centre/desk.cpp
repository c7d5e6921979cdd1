#include "runtime/centre/desk.hpp"

#include <csignal>
#include <utility>

#include "runtime/centre/replies.hpp"

namespace drydock::centre {

Desk::Desk(unsigned threads, std::size_t waiting_max, Work work)
    : waiting_max_(waiting_max), work_(std::move(work)) {
  for (unsigned n = 0; n < threads; ++n) threads_.emplace_back([this] { work_off(); });
}

Desk::~Desk() { stop(); }

void Desk::take(http::Request request, http::Responder responder) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopped_ && waiting_.size() < waiting_max_) {
      waiting_.push_back({std::move(request), std::move(responder)});
      changed_.notify_one();
      return;
    }
  }
  responder.send(refusal(503, "too many requests wait at the centre; try again in a moment"));
}

void Desk::work_off() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    item.responder.send(work_(item.request));
  }
}

void Desk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  waiting_.clear();  // their responders answer 503
}

}  // namespace drydock::centre
