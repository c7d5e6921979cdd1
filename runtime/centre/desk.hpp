#pragma once
// A desk: requests that may block (a disk, an answer of a machine) are taken from the server's
// threads and worked off by a few of its own. What does not fit into the queue is told so at once.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/http/message.hpp"
#include "runtime/http/responder.hpp"

namespace drydock::centre {

class Desk {
 public:
  using Work = std::function<http::Response(const http::Request&)>;

  // `work` runs on `threads` threads at once; at most `waiting_max` requests wait.
  Desk(unsigned threads, std::size_t waiting_max, Work work);
  ~Desk();  // stop()

  // Any thread; never blocks. 503 when the queue is full.
  void take(http::Request request, http::Responder responder);
  // Finishes what is being worked on, answers 503 to the rest and to what comes later.
  void stop();

 private:
  struct Item {
    http::Request request;
    http::Responder responder;
  };
  void work_off();

  const std::size_t waiting_max_;
  const Work work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace drydock::centre
