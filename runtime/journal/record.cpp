#include "runtime/journal/record.hpp"

#include "runtime/journal/little_endian.hpp"

namespace drydock::journal {

namespace {
constexpr std::uint8_t layout = 2;  // 1 had nothing behind its rows

// The fixed head of every record, in the order of encode(); leaves the reader at the event.
bool read_head(ByteReader& in, Record& record, std::uint8_t& found) {
  found = in.number<std::uint8_t>();
  record.wall_trust = in.number<std::uint8_t>();
  record.machine = in.number<std::uint32_t>();
  record.logic_version = in.number<std::uint32_t>();
  record.up_ms = in.number<std::int64_t>();
  record.wall_ms = in.number<std::int64_t>();
  record.turn_no = in.number<std::uint64_t>();
  record.digest = in.number<std::uint64_t>();
  return in.ok() && (found == layout || found == 1);
}

Error bad_record() {
  return {ErrorKind::malformed, "the record is cut short or has an unknown layout"};
}
}  // namespace

std::string encode(const Record& record) {
  std::string out;
  append_number(out, layout);
  append_number(out, record.wall_trust);
  append_number(out, record.machine);
  append_number(out, record.logic_version);
  append_number(out, record.up_ms);
  append_number(out, record.wall_ms);
  append_number(out, record.turn_no);
  append_number(out, record.digest);
  append_sized(out, record.event);
  append_number(out, static_cast<std::uint32_t>(record.rows.size()));
  for (const RowWrite& row : record.rows) {
    append_number(out, static_cast<std::uint8_t>(row.erase));
    append_number(out, row.table);
    append_sized(out, row.key);
    append_sized(out, row.erase ? std::string_view() : row.value);
  }
  append_sized(out, record.passing);
  return out;
}

Result<Record> decode(std::string_view bytes) {
  ByteReader in(bytes);
  Record record;
  std::uint8_t found = 0;
  if (!read_head(in, record, found)) return bad_record();
  record.event = in.sized();
  const auto count = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    RowWrite row;
    row.erase = in.number<std::uint8_t>() != 0;
    row.table = in.number<std::uint32_t>();
    row.key = in.sized();
    row.value = in.sized();
    record.rows.push_back(std::move(row));
  }
  if (found > 1) record.passing = in.sized();
  if (!in.ok()) return bad_record();
  return record;
}

Result<WallTime> wall_time_of(std::string_view bytes) {
  ByteReader in(bytes);
  Record record;
  std::uint8_t found = 0;
  if (!read_head(in, record, found)) return bad_record();
  return WallTime{record.wall_ms, record.wall_trust};
}

}  // namespace drydock::journal
