#include "runtime/sinks/database.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <utility>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "runtime/files/files.hpp"
#include "runtime/sinks/schema.hpp"

namespace drydock::sinks {
namespace {

using Clock = std::chrono::steady_clock;

std::string session() {
  return fmt::format("SET statement_timeout = '{}s'; SET client_min_messages = warning;",
                     Database::statement_s_max);
}

constexpr const char* add_decision =
    "INSERT INTO drydock.decisions VALUES ($1, to_timestamp($2::bigint / 1000.0), $3, $4, "
    "nullif($5::bigint, 0), nullif($6, ''), nullif($7, ''), $8)";
constexpr const char* add_verdict =
    "INSERT INTO drydock.verdicts VALUES ($1, $2, to_timestamp($3::bigint / 1000.0), $4, $5, $6, "
    "$7, nullif($8::bigint, 0), $9, $10) ON CONFLICT DO NOTHING";
constexpr const char* put_rollout =
    "INSERT INTO drydock.rollouts VALUES ($1, $2, $3, $4, $5, to_timestamp($6::bigint / 1000.0), "
    "to_timestamp($7::bigint / 1000.0), $8, $9, $10, $11) ON CONFLICT (rollout) DO UPDATE SET "
    "phase = excluded.phase, moved = excluded.moved, granted = excluded.granted, exposed = "
    "excluded.exposed, committed = excluded.committed, failed = excluded.failed";
constexpr const char* put_appliance =
    "INSERT INTO drydock.fleet VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8::bigint, 0), $9, "
    "to_timestamp(nullif($10::bigint, 0) / 1000.0), nullif($11::bigint, 0)) ON CONFLICT "
    "(appliance) DO UPDATE SET client = excluded.client, site = excluded.site, hardware = "
    "excluded.hardware, lifecycle = excluded.lifecycle, version = excluded.version, stage = "
    "excluded.stage, rollout = excluded.rollout, site_mismatch = excluded.site_mismatch, last_seen "
    "= coalesce(excluded.last_seen, drydock.fleet.last_seen), journal_head = "
    "coalesce(excluded.journal_head, drydock.fleet.journal_head)";
constexpr const char* put_evidence =
    "INSERT INTO drydock.evidence_heads VALUES ($1, (to_timestamp($4::bigint / 1000.0) AT TIME "
    "ZONE 'UTC')::date, $2, $3, to_timestamp($4::bigint / 1000.0)) ON CONFLICT (incarnation, day) "
    "DO UPDATE SET seq = excluded.seq, link = excluded.link, at = excluded.at";

// Of a word that is said twice, libpq takes the last.
std::string bounded(const std::string& url) {
  return fmt::format("{}{}connect_timeout={}", url, url.find('?') == std::string::npos ? "?" : "&",
                     Database::connect_s_max);
}

constexpr std::array<std::pair<const char*, const char*>, 5> statements = {{
    {"decision", add_decision},
    {"verdict", add_verdict},
    {"rollout", put_rollout},
    {"appliance", put_appliance},
    {"evidence", put_evidence},
}};

std::int64_t number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// What the server or libpq says of a statement; it names no password.
Error told(const std::exception& problem) {
  std::string text = problem.what();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return {ErrorKind::io, text};
}

// While it lives the server is waited for, since the newest ask().
class Asking {
 public:
  explicit Asking(std::atomic<Clock::rep>& asked) : asked_(asked) { ask(); }
  ~Asking() { asked_ = 0; }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  void ask() { asked_ = Clock::now().time_since_epoch().count(); }

 private:
  std::atomic<Clock::rep>& asked_;
};

// A transaction whose statements are watched; so are its begin, and its end when it goes wrong.
class Watched {
 public:
  Watched(pqxx::connection& connection, std::atomic<Clock::rep>& asked)
      : asking_(asked), work_(connection) {}

  template <class... Values>
  pqxx::result run(const std::string& prepared, const Values&... values) {
    asking_.ask();
    return work_.exec_prepared(prepared, values...);
  }
  template <class... Values>
  pqxx::result say(const std::string& statement, const Values&... values) {
    asking_.ask();
    return work_.exec_params(statement, values...);
  }
  void commit() {
    asking_.ask();
    work_.commit();
  }

 private:
  Asking asking_;
  pqxx::work work_;
};

// The position there; the tables are this journal's from now on when they were nobody's.
Result<std::uint64_t> take(Watched& work, const std::string& incarnation) {
  work.say(
      "INSERT INTO drydock.source (incarnation, position) VALUES ($1, 0) "
      "ON CONFLICT DO NOTHING",
      incarnation);
  const auto rows = work.say("SELECT incarnation, position FROM drydock.source");
  const auto whose = rows.at(0)[0].as<std::string>();
  const auto position = rows.at(0)[1].as<std::uint64_t>();
  work.commit();
  if (whose == incarnation) return position;
  return Error{ErrorKind::mismatch,
               "the tables of schema drydock are of another centre's journal (" + whose +
                   "); name another database, or drop the schema"};
}

}  // namespace

struct Database::Parts {
  explicit Parts(const std::string& url)
      : connection(bounded(url)), socket(::dup(connection.sock())) {
#if PQXX_VERSION_MAJOR < 7  // later ones never come back by themselves
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // A connection that comes back by itself would skip claim().
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
  }
  pqxx::connection connection;
  files::UniqueFd socket;             // our own, so that the number is never that of another file
  std::atomic<Clock::rep> asked = 0;  // when the statement went out that has no answer yet; 0: none
};

Result<std::unique_ptr<Database>> Database::connect(const std::string& url) {
  try {
    return std::unique_ptr<Database>(new Database(std::make_unique<Parts>(url)));
  } catch (const pqxx::broken_connection& problem) {
    const std::string text = told(problem).text;
    // Of a URL that does not parse libpq repeats the part that is wrong, and that may be secret.
    if (text.find("connection to server") == std::string::npos &&
        text.find("could not translate host name") == std::string::npos)
      return Error{ErrorKind::malformed, "DATABASE_URL is no connection URL of PostgreSQL"};
    return Error{ErrorKind::io, text};
  } catch (const std::exception&) { return Error{ErrorKind::io, "no connection could be made"}; }
}

Status Database::claim(const std::string& incarnation) try {
  Asking asking(parts_->asked);
  pqxx::connection& connection = parts_->connection;
  {
    pqxx::nontransaction plain(connection);
    plain.exec(session());
    asking.ask();
    plain.exec(schema);
  }
  for (const auto& [name, statement] : statements) {
    asking.ask();
    connection.prepare(name, statement);
  }
  Watched work(connection, parts_->asked);
  const auto position = take(work, incarnation);
  if (!position) return position.error();
  position_ = *position;
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() = default;

Status Database::add(const std::vector<DecisionRows>& decisions) try {
  if (decisions.empty()) return Done{};
  Watched work(parts_->connection, parts_->asked);
  const std::uint64_t last = decisions.back().decision.position;
  const auto moved = work.say("UPDATE drydock.source SET position = $1 WHERE position = $2",
                              number(last), number(position_));
  if (moved.affected_rows() != 1)
    return Error{ErrorKind::refused, "somebody else copies decisions into this database, too"};
  for (const DecisionRows& rows : decisions) {
    const DecisionRow& d = rows.decision;
    work.run("decision", number(d.position), d.at_ms, d.kind, d.what, d.rollout, d.appliance, d.by,
             d.why);
    for (const VerdictRow& v : rows.verdicts)
      work.run("verdict", v.appliance, v.seq, v.at_ms, v.kind, v.reason, v.version, v.update,
               v.rollout, v.detail, number(v.position));
  }
  work.commit();
  position_ = last;
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

Status Database::put(const std::vector<RolloutRow>& rollouts, const EvidenceHead& head,
                     std::int64_t wall_ms) try {
  Watched work(parts_->connection, parts_->asked);
  for (const RolloutRow& r : rollouts)
    work.run("rollout", r.rollout, r.version, r.phase, r.by, r.why, r.created_ms, r.moved_ms,
             r.granted, r.exposed, r.committed, r.failed);
  work.run("evidence", head.incarnation, number(head.seq), head.link, wall_ms);
  work.commit();
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

Status Database::put(const std::vector<FleetRow>& fleet) try {
  if (fleet.empty()) return Done{};
  Watched work(parts_->connection, parts_->asked);
  for (const FleetRow& f : fleet)
    work.run("appliance", f.appliance, f.client, f.site, f.hardware, f.lifecycle, f.version,
             f.stage, f.rollout, f.site_mismatch, f.seen_ms.value_or(0), number(f.journal_head));
  work.commit();
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

void Database::cut() { ::shutdown(parts_->socket.get(), SHUT_RDWR); }

bool Database::overdue(Clock::time_point now) const {
  const Clock::rep asked = parts_->asked;
  return asked != 0 && now - Clock::time_point(Clock::duration(asked)) > answer_max;
}

}  // namespace drydock::sinks
