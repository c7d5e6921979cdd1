#include "runtime/appliance/worker.hpp"

#include <pthread.h>
#include <csignal>

#include "runtime/kernel/assert.hpp"

namespace drydock::appliance {

Worker::Worker(std::string name) {
  // Signals belong to main(); a worker inherits a full mask.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

Worker::~Worker() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  given_.notify_all();
  thread_.join();
}

void Worker::give(std::function<void()> piece) {
  {
    std::lock_guard lock(mutex_);
    if (ending_) return;
    ASSERT(waiting_.size() < waiting_max);
    waiting_.push_back(std::move(piece));
  }
  given_.notify_one();
}

void Worker::run() {
  for (;;) {
    std::function<void()> piece;
    {
      std::unique_lock lock(mutex_);
      given_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      piece = std::move(waiting_.front());
      waiting_.pop_front();
    }
    piece();
  }
}

}  // namespace drydock::appliance
