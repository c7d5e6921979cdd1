#pragma once
// A worker: one thread that does blocking work for an actor, a piece at a time, in order.
// The piece answers by posting an event; nobody waits for it.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace drydock::appliance {

class Worker {
 public:
  // Pieces that may wait; an actor has one or two under way, so more is our own bug.
  static constexpr std::size_t waiting_max = 64;

  explicit Worker(std::string name);
  ~Worker();  // what has begun is finished, what waits is dropped
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void give(std::function<void()> piece);  // any thread

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable given_;
  std::deque<std::function<void()>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace drydock::appliance
