#include "runtime/sinks/database_sink.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace drydock::sinks {

DatabaseSink::DatabaseSink(std::string url, Source source)
    : url_(std::move(url)), source_(std::move(source)), thread_([this] { run(); }) {}

DatabaseSink::~DatabaseSink() { stop(); }

void DatabaseSink::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (database_) database_->cut();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DatabaseSink::look() {
  const std::lock_guard lock(mutex_);
  if (database_ && database_->overdue(std::chrono::steady_clock::now())) database_->cut();
}

Standing DatabaseSink::standing() const {
  const std::lock_guard lock(mutex_);
  return standing_;
}

bool DatabaseSink::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void DatabaseSink::run() {
  for (;;) {
    const auto wait = pass();
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, wait, [this] { return stopping_; })) return;
  }
}

std::chrono::milliseconds DatabaseSink::pass() {
  auto done = connect();
  if (done) done = copy_decisions();
  if (done) done = copy_rollouts();
  if (done) done = copy_fleet();
  std::unique_ptr<Database> gone;
  const std::lock_guard lock(mutex_);
  standing_.up = static_cast<bool>(done);
  if (done) {
    complained_.clear();
    retry_.succeeded();
    return pace;
  }
  if (!stopping_) complain(done.error());
  ++standing_.failures;
  gone = std::move(database_);
  return retry_.failed();
}

void DatabaseSink::complain(const Error& error) {
  if (error.text == complained_) return;
  complained_ = error.text;
  spdlog::warn("database: {}; the coordinator goes on, and what is missing there is copied later",
               error.text);
}

Status DatabaseSink::connect() {
  if (database_) return Done{};
  auto opened = Database::connect(url_);
  if (!opened) return opened.error();
  {
    // From here on it can be cut: what follows speaks with a server that may hang.
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{ErrorKind::refused, "the coordinator stops"};
    database_ = std::move(*opened);
  }
  if (auto claimed = database_->claim(source_.incarnation); !claimed) return claimed;
  const std::uint64_t there = database_->position(), here = source_.decision_head();
  if (there > here)
    return Error{ErrorKind::mismatch,
                 fmt::format("it holds decision {}, the journal only {}; name another database, or "
                             "drop the schema drydock",
                             there, here)};
  spdlog::info("database: connected; it holds {} of {} decisions", there, here);
  fleet_.clear();
  fleet_at_ = 0;
  const std::lock_guard lock(mutex_);
  standing_.position = there;
  return Done{};
}

Status DatabaseSink::copy_decisions() {
  while (database_->position() < source_.decision_head() && !stopping()) {
    const auto stored = source_.decisions(database_->position() + 1);
    if (!stored) return stored.error();
    std::vector<DecisionRows> rows;
    for (const journal::Decision& decision : *stored) {
      auto made = rows_of(decision);
      if (!made) return made.error();
      rows.push_back(std::move(*made));
    }
    if (rows.empty()) return Done{};
    if (auto added = database_->add(rows); !added) return added;
    const std::lock_guard lock(mutex_);
    standing_.position = database_->position();
  }
  return Done{};
}

Status DatabaseSink::copy_rollouts() {
  const auto rollouts = source_.rollouts();
  if (!rollouts) return Error{ErrorKind::timed_out, "the planner is too slow to be asked"};
  return database_->put(*rollouts, source_.evidence(), source_.wall_ms());
}

Status DatabaseSink::copy_fleet() {
  for (std::uint32_t looks = 0; looks < fleet_looks_a_pass && !stopping(); ++looks) {
    auto rows = source_.fleet(fleet_at_, fleet_rows_a_look);
    if (!rows) return Error{ErrorKind::timed_out, "the registry is too slow to be asked"};
    const bool last = rows->size() < fleet_rows_a_look;
    fleet_at_ = last ? 0 : fleet_at_ + static_cast<std::uint32_t>(rows->size());
    std::erase_if(*rows, [this](const FleetRow& row) { return !changed(row); });
    // Should it fail, the connection goes, and with it what we believe to be written.
    if (auto put = database_->put(*rows); !put) return put;
    if (last) return Done{};
  }
  return Done{};
}

bool DatabaseSink::changed(const FleetRow& row) {
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", row.client, row.site, row.hardware,
                  row.lifecycle, row.version, row.stage, row.rollout, row.site_mismatch,
                  row.seen_ms.value_or(0) / seen_step_ms);
  const std::size_t hash = std::hash<std::string>{}(text);
  const auto [at, added] = fleet_.try_emplace(row.appliance, hash);
  if (!added && at->second == hash) return false;
  at->second = hash;
  return true;
}

}  // namespace drydock::sinks
