#pragma once
// DATABASE_URL: copies the decision log, the rollouts, the fleet and the evidence head into
// PostgreSQL, on a thread of its own. Its queue is the journal, its mark lies in the database: what
// could not be written is written later, and once.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "runtime/sinks/database.hpp"
#include "runtime/sinks/retry.hpp"
#include "runtime/sinks/standing.hpp"

namespace drydock::sinks {

class DatabaseSink {
 public:
  static constexpr std::chrono::milliseconds pace{5'000};  // between two passes that wrote it all
  static constexpr std::uint32_t fleet_rows_a_look = 2'000;
  static constexpr std::uint32_t fleet_looks_a_pass = 10;  // the next pass goes on
  static constexpr std::int64_t seen_step_ms = 600'000;    // a check-in alone is no change

  DatabaseSink(std::string url, Source source);
  ~DatabaseSink();  // stop()

  // Ends what is under way and joins; within the time that connecting may take, and the source.
  void stop();
  // Asked every second or so: gives up a server that has stopped answering.
  void look();
  Standing standing() const;

 private:
  void run();
  std::chrono::milliseconds pass();
  Status connect();
  Status copy_decisions();
  Status copy_rollouts();
  Status copy_fleet();
  bool changed(const FleetRow& row);
  void complain(const Error& error);
  bool stopping() const;

  const std::string url_;
  const Source source_;
  Retry retry_;
  std::string complained_;                              // told in the log once
  std::unordered_map<std::string, std::size_t> fleet_;  // what was written of each, as a hash
  std::uint32_t fleet_at_ = 0;
  mutable std::mutex mutex_;  // guards what follows; `database_` is written by the thread alone
  std::condition_variable changed_;
  std::unique_ptr<Database> database_;
  Standing standing_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace drydock::sinks
