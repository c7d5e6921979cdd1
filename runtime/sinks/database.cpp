#include "runtime/sinks/database.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <pqxx/pqxx>

#include "runtime/files/files.hpp"
#include "runtime/sinks/schema.hpp"

namespace drydock::sinks {
namespace {

// A server that hangs costs the sink's thread this long; the coordinator it costs nothing.
constexpr const char* connect_timeout_s = "connect_timeout=5";
constexpr const char* session = "SET statement_timeout = '20s'; SET client_min_messages = warning;";

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

std::string bounded(const std::string& url) {
  if (url.find("connect_timeout=") != std::string::npos) return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + connect_timeout_s;
}

std::int64_t number(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// What the server or libpq says of a statement; it names no password.
Error told(const std::exception& problem) {
  std::string text = problem.what();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return {ErrorKind::io, text};
}

// The position there; the tables are this journal's from now on when they were nobody's.
Result<std::uint64_t> claim(pqxx::connection& connection, const std::string& incarnation) {
  pqxx::work work(connection);
  work.exec_params(
      "INSERT INTO drydock.source (incarnation, position) VALUES ($1, 0) "
      "ON CONFLICT DO NOTHING",
      incarnation);
  const auto row = work.exec1("SELECT incarnation, position FROM drydock.source");
  const auto whose = row[0].as<std::string>();
  const auto position = row[1].as<std::uint64_t>();
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
  files::UniqueFd socket;  // our own, so that the number is never that of another file
};

Result<std::unique_ptr<Database>> Database::open(const std::string& url,
                                                 const std::string& incarnation) {
  std::unique_ptr<Parts> parts;
  try {
    parts = std::make_unique<Parts>(url);
  } catch (const pqxx::broken_connection& problem) {
    const std::string text = told(problem).text;
    // Of a URL that does not parse libpq repeats the part that is wrong, and that may be secret.
    if (text.find("connection to server") == std::string::npos &&
        text.find("could not translate host name") == std::string::npos)
      return Error{ErrorKind::malformed, "DATABASE_URL is no connection URL of PostgreSQL"};
    return Error{ErrorKind::io, text};
  } catch (const std::exception&) { return Error{ErrorKind::io, "no connection could be made"}; }
  try {
    {
      pqxx::nontransaction plain(parts->connection);
      plain.exec(session);
      plain.exec(schema);
    }
    const auto position = claim(parts->connection, incarnation);
    if (!position) return position.error();
    parts->connection.prepare("decision", add_decision);
    parts->connection.prepare("verdict", add_verdict);
    parts->connection.prepare("rollout", put_rollout);
    parts->connection.prepare("appliance", put_appliance);
    parts->connection.prepare("evidence", put_evidence);
    return std::unique_ptr<Database>(new Database(std::move(parts), *position));
  } catch (const std::exception& problem) { return told(problem); }
}

Database::Database(std::unique_ptr<Parts> parts, std::uint64_t position)
    : parts_(std::move(parts)), position_(position) {}
Database::~Database() = default;

Status Database::add(const std::vector<DecisionRows>& decisions) try {
  if (decisions.empty()) return Done{};
  pqxx::work work(parts_->connection);
  const std::uint64_t last = decisions.back().decision.position;
  const auto moved = work.exec_params("UPDATE drydock.source SET position = $1 WHERE position = $2",
                                      number(last), number(position_));
  if (moved.affected_rows() != 1)
    return Error{ErrorKind::refused, "somebody else copies decisions into this database, too"};
  for (const DecisionRows& rows : decisions) {
    const DecisionRow& d = rows.decision;
    work.exec_prepared("decision", number(d.position), d.at_ms, d.kind, d.what, d.rollout,
                       d.appliance, d.by, d.why);
    for (const VerdictRow& v : rows.verdicts)
      work.exec_prepared("verdict", v.appliance, v.seq, v.at_ms, v.kind, v.reason, v.version,
                         v.update, v.rollout, v.detail, number(v.position));
  }
  work.commit();
  position_ = last;
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

Status Database::put(const std::vector<RolloutRow>& rollouts, const EvidenceHead& head,
                     std::int64_t wall_ms) try {
  pqxx::work work(parts_->connection);
  for (const RolloutRow& r : rollouts)
    work.exec_prepared("rollout", r.rollout, r.version, r.phase, r.by, r.why, r.created_ms,
                       r.moved_ms, r.granted, r.exposed, r.committed, r.failed);
  work.exec_prepared("evidence", head.incarnation, number(head.seq), head.link, wall_ms);
  work.commit();
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

Status Database::put(const std::vector<FleetRow>& fleet) try {
  if (fleet.empty()) return Done{};
  pqxx::work work(parts_->connection);
  for (const FleetRow& f : fleet)
    work.exec_prepared("appliance", f.appliance, f.client, f.site, f.hardware, f.lifecycle,
                       f.version, f.stage, f.rollout, f.site_mismatch, f.seen_ms.value_or(0),
                       number(f.journal_head));
  work.commit();
  return Done{};
} catch (const std::exception& problem) { return told(problem); }

void Database::cut() { ::shutdown(parts_->socket.get(), SHUT_RDWR); }

}  // namespace drydock::sinks
