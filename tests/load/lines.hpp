#pragma once
// The lines of many appliances to a real centre: mutual TLS, each with a certificate and a
// connection of its own. Threads share them out; an appliance always speaks through the same one,
// so no line is ever used by two.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "messages/check_in.hpp"
#include "runtime/result.hpp"

namespace drydock::load {

struct Letter {
  std::uint32_t appliance = 0;  // from 1 on
  std::uint32_t process = 0;
  CheckIn check_in;  // client and site are filled in from the identity
};

struct Reply {
  std::uint32_t appliance = 0, process = 0, serial = 0;
  std::optional<Answer> answer;  // its grant verified; nothing: none came
};

class Lines {
 public:
  // identities: a folder with the identity folders "1", "2", ... Errors: those of the first
  // identity; a line that cannot be opened answers nothing and is told on the standard error.
  static Result<std::unique_ptr<Lines>> open(const std::string& server,
                                             const std::string& identities, unsigned threads);
  ~Lines();  // what is under way is waited for

  void post(const Letter& letter);
  // What has come in, after waiting for something until `until` at the latest.
  std::vector<Reply> replies(std::chrono::steady_clock::time_point until);

 private:
  class Line;
  struct Worker {
    std::mutex mutex;
    std::condition_variable_any more;
    std::deque<Letter> letters;  // at most one an appliance and process
    std::jthread thread;
  };
  Lines(std::string server, std::string identities, unsigned threads);
  void work(Worker& worker, const std::stop_token& stop);

  std::string server_, identities_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Reply> replies_;
  std::vector<std::unique_ptr<Worker>> workers_;  // last: they end before what they write to
};

}  // namespace drydock::load
