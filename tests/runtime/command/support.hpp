#pragma once
// What the tests of runtime/command share: an operator's desk in a folder of its own, and a centre
// that answers what it is told to, over real TLS.
#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/command/json.hpp"
#include "runtime/command/world.hpp"
#include "runtime/http/server.hpp"
#include "tests/runtime/trust/temporary_folder.hpp"

namespace drydock::command::test {

// The keys of the whole test program, made once.
const std::string& pki_folder();

struct Asked {
  std::string line;  // "GET /v1/releases"
  std::string body;
};

// Listens on a free port of 127.0.0.1. Every function may be called while it serves.
class FakeCentre {
 public:
  FakeCentre();
  // Answers this request line so; given several times, in turn, the last one again and again.
  void answer(const std::string& line, unsigned status, const std::string& body);
  // Asked first; a status of 0 leaves the request to the canned answers.
  using Hook = std::function<http::Response(const Asked&)>;
  void hook(Hook hook);
  std::vector<Asked> asked() const;
  std::string url() const;
  void stop() { server_->stop(); }

 private:
  http::Response reply(const Asked& asked);
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<http::Response>> answers_;
  Hook hook_;
  std::vector<Asked> asked_;
  std::unique_ptr<http::Server> server_;
};

struct Said {
  int exit = -1;
  std::string out, err;
  Json json() const;  // the one JSON object that `out` must be
};

// Runs command lines in this process. Time passes only when the command waits.
class Desk {
 public:
  Desk();
  Said run(std::vector<std::string> arguments);
  // The same with the flags that reach this centre.
  Said ask(const FakeCentre& centre, std::vector<std::string> arguments);
  std::string operator/(std::string_view name) const { return folder / name; }
  std::string read(std::string_view name) const;

  trust::TemporaryFolder folder;
  std::map<std::string, std::string> environment;
  bool terminal = false;
  Instant up{1'000'000};
  WallTime wall{1'800'000'000'000};
  unsigned pauses = 0;
  std::function<void()> on_pause;
};

http::Response not_hooked();  // what a hook leaves to the canned answers
bool holds(const std::string& text, std::string_view part);

}  // namespace drydock::command::test
