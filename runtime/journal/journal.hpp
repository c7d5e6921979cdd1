#pragma once
// The journal of one process: turns, the rows they touched, documents and decisions in one RocksDB,
// written by one batching thread. Persist, then act: a callback comes after the sync.
//
// Threads: every function may be called from any thread, but flush() and the destructor never from
// a callback. Callbacks run on the writer thread in the order of the calls; they must be short and
// must not throw. Nothing here reads a clock. A failed write or sync ends the process
// (options.hpp); so does a queue beyond its limit.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/journal/chain.hpp"
#include "runtime/journal/decision_log.hpp"
#include "runtime/journal/options.hpp"
#include "runtime/journal/record.hpp"
#include "runtime/journal/stats.hpp"
#include "runtime/result.hpp"

namespace drydock::journal {

struct Head {
  std::uint64_t seq = 0;  // of the newest durable record; 0: none yet
  Hash link{};            // its place in the evidence chain
};

inline constexpr std::size_t document_bytes_max = 8u << 20;  // a longer one is our bug

class Journal {
 public:
  // The folder is made when missing; it holds db/, reserve, lock and journal.lost-<n>/.
  // Errors: refused (open elsewhere, bad DRYDOCK_FAULT), no_space, io; in strict mode also
  // malformed (corrupt), mismatch (foreign or newer), not_found (the expected one is missing).
  static Result<std::unique_ptr<Journal>> open(const std::string& path, JournalOptions options);
  ~Journal();  // everything appended is durable and called back first

  // Event and rows become durable together. Returns the record's sequence at once.
  std::uint64_t append(Record record, std::function<void(std::uint64_t seq)> on_durable);
  // Waits until all that was handed over before is durable and called back.
  Status flush();

  Head head() const;
  std::uint64_t first_seq() const;  // the oldest record retention has left, evidence aside
  Result<Record> record(std::uint64_t seq) const;
  // Durable records with from <= seq <= to, in order; those that retention removed are skipped.
  Status for_each_record(std::uint64_t from, std::uint64_t to,
                         const std::function<void(std::uint64_t seq, const Record&)>& visit) const;
  // Durable rows of a table, in the byte order of their keys. visit must not flush().
  Status for_each_row(
      std::uint32_t table,
      const std::function<void(std::string_view key, std::string_view value)>& visit) const;

  // A document is durable before any record appended after this call. Who put it forgets it when
  // nothing names it any more; retention leaves documents alone.
  Hash put_document(std::string bytes);
  void forget_document(const Hash& hash);
  Result<std::string> document(const Hash& hash) const;  // durable ones; mismatch: damaged

  // Small named values of others (an epoch, a replay floor), overwritten in order with the records.
  void put_note(std::string name, std::string value, std::function<void()> on_durable);
  Result<std::string> note(std::string_view name) const;

  // For decision logs. decision.position must be the one after the last given; kept for good.
  void append_decision(Decision decision, std::function<void()> on_durable);
  std::uint64_t decision_head() const;  // durable; 0: none yet
  // At most decisions_read_max durable decisions with from <= position <= to.
  Result<std::vector<Decision>> decisions(std::uint64_t from, std::uint64_t to) const;
  // Calls back in order with the rest; writes nothing.
  void notify(std::function<void()> after);

  Incarnation incarnation() const;
  // Why an earlier journal was set aside; told at every open until forget_loss() is durable.
  std::optional<std::string> lost() const;
  void forget_loss();
  bool closed_cleanly() const;  // by the process before this one
  bool disk_full() const;       // the reserve is given back; room is needed before it ends, too
  Stats stats() const;

 private:
  struct Parts;
  explicit Journal(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drydock::journal
