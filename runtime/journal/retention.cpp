#include "runtime/journal/retention.hpp"

#include <limits>

#include "runtime/journal/record.hpp"

namespace drydock::journal {

namespace {
// Records with a synchronised wall time before this are too old. The lowest value: no age limit.
Result<std::int64_t> oldest_kept_ms(const Store& store, const Heads& heads, std::uint32_t days) {
  constexpr std::int64_t day_ms = 24 * 3600 * 1000;
  constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  if (days == 0) return never;
  const auto value = store.get(key::record(heads.seq));
  if (!value) return value.error();
  const auto newest = decode_stored(*value);
  if (!newest) return newest.error();
  const auto wall = wall_time_of(newest->bytes);
  if (!wall) return wall.error();
  return wall->trust == wall_synchronised ? wall->ms - days * day_ms : never;
}

// Walks forward and remembers the furthest place where a cut is due.
struct Cut {
  const std::uint64_t bytes_total;
  const std::uint64_t bytes_max;
  const std::int64_t oldest_ms;
  First at;                               // the state before the record being looked at
  First due;                              // the furthest cut so far
  std::vector<std::uint64_t> candidates;  // records since `due` that would go with a later cut
  std::vector<std::uint64_t> removed{};   // records before `due`
  Error failure{ErrorKind::io, ""};

  Walk look(std::uint64_t seq, std::string_view value) {
    const auto stored = decode_stored(value);
    const auto wall = stored ? wall_time_of(stored->bytes) : Result<WallTime>(stored.error());
    if (!wall) {
      failure = wall.error();
      return Walk::stop;
    }
    const bool too_much = bytes_total - at.bytes_before > bytes_max;
    const bool dated = wall->trust == wall_synchronised;
    const bool too_old = dated && wall->ms < oldest_ms;
    if (!too_much && dated && !too_old) return Walk::stop;
    at = {seq + 1, stored->link, at.bytes_before + value.size()};
    if (stored->evidence_no == 0) candidates.push_back(seq);
    if (!too_much && !too_old) return Walk::on;
    due = at;
    removed.insert(removed.end(), candidates.begin(), candidates.end());
    candidates.clear();
    return Walk::on;
  }
};
}  // namespace

Status trim(Store& store, const Heads& heads, First& first, const JournalOptions& limits) {
  if (heads.seq <= first.seq) return Done{};
  const auto oldest = oldest_kept_ms(store, heads, limits.days_max);
  if (!oldest) return oldest.error();
  Cut cut{heads.bytes, limits.records_bytes_max, *oldest, first, first, {}};
  const std::uint64_t end = std::min(heads.seq, first.seq + retention_records_max);
  const auto walked = store.scan(key::record(first.seq), key::record(end),
                                 [&](std::string_view key, std::string_view value) {
                                   return cut.look(key::number_in(key), value);
                                 });
  if (!walked) return walked;
  if (!cut.failure.text.empty()) return cut.failure;
  if (cut.due.seq == first.seq) return Done{};
  rocksdb::WriteBatch removal;
  for (const std::uint64_t seq : cut.removed) removal.Delete(key::record(seq));
  removal.Put(key::meta("first"), encode_first(cut.due));
  if (auto written = store.write(removal, Durability::lazy); !written) return written;
  first = cut.due;
  return Done{};
}

}  // namespace drydock::journal
