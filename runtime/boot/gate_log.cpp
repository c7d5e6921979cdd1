#include "runtime/boot/gate_log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::boot {
namespace {

constexpr unsigned mode = 0644;  // the agent reads it without being root

struct Scan {
  std::vector<GateRecord> records;  // the unbroken front of the file
  Hash last{};                      // digest of the last of them
  std::optional<Error> damage;
  std::size_t unread = 0;     // bytes behind the unbroken front
  std::uint64_t highest = 0;  // highest sequence of any whole record, also behind the damage
};

Scan scan_bytes(std::string_view bytes, const std::string& path) {
  Scan scan;
  for (std::size_t at = 0; at < bytes.size(); at += gate_record_size) {
    const auto slice = bytes.substr(at, gate_record_size);
    auto record = decode_gate_record(slice);
    if (record) scan.highest = std::max(scan.highest, record->sequence);
    if (scan.damage) continue;
    const bool chained =
        record && (scan.records.empty() || (record->sequence > scan.records.back().sequence &&
                                            record->previous == scan.last));
    if (chained) {
      scan.last = digest_of_gate_record(slice);
      scan.records.push_back(std::move(*record));
      continue;
    }
    const std::string why =
        record ? "it does not follow the record before it" : record.error().text;
    scan.damage = Error{ErrorKind::malformed,
                        fmt::format("{}: record {}: {}", path, at / gate_record_size + 1, why)};
    scan.unread = bytes.size() - at;
  }
  return scan;
}

// Reads one record more than the limit, so that an overlong file shows as damage and not as whole.
Result<Scan> scan_file(const std::string& path, std::size_t records_max) {
  auto fd = files::open(path, O_RDONLY);
  if (!fd && fd.error().kind == ErrorKind::not_found) return Scan{};
  if (!fd) return fd.error();
  auto bytes = files::read_at(fd->get(), (records_max + 1) * gate_record_size, 0, path);
  if (!bytes) return bytes.error();
  return scan_bytes(*bytes, path);
}

Status rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return files::last_error("renaming", from);
  return Done{};
}

Result<files::UniqueFd> lock(const std::string& folder) {
  auto fd = files::open(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  if (::flock(fd->get(), LOCK_EX) != 0) return files::last_error("locking", folder);
  return fd;
}

}  // namespace

GateLog::GateLog(std::string folder, std::size_t records_per_file)
    : folder_(std::move(folder)), records_per_file_(records_per_file) {
  ASSERT(records_per_file_ > 0 && records_per_file_ <= gate_log_records);
}

Result<std::uint64_t> GateLog::append(GateRecord record) {
  auto held = lock(folder_);
  if (!held) return held.error();
  auto current = scan_file(path(), records_per_file_);
  if (!current) return current.error();
  auto older = scan_file(older_path(), records_per_file_);
  if (!older) return older.error();

  const Scan& tail = current->records.empty() ? *older : *current;
  record.sequence = std::max(current->highest, older->highest) + 1;
  // The record that is written over may have been read while it was whole: its number is used up.
  if (current->unread > 0) ++record.sequence;
  record.previous = tail.last;
  std::size_t count = current->records.size();
  if (current->unread > gate_record_size) {  // damaged in the middle: keep it for a person to see
    if (auto s = rename_file(path(), path() + ".damaged"); !s) return s.error();
    count = 0;
  } else if (count >= records_per_file_) {
    if (auto s = rename_file(path(), older_path()); !s) return s.error();
    count = 0;
  }
  if (auto s = write(record, count * gate_record_size); !s) return s.error();
  return record.sequence;
}

Status GateLog::write(const GateRecord& record, std::uint64_t offset) {
  auto fd = files::open(path(), O_WRONLY | O_CREAT | O_NOFOLLOW, mode);
  if (!fd) return fd.error();
  // Room for every record is taken at the start, so that a full disk cannot swallow a verdict.
  // A filesystem that cannot reserve may still have the space; the write itself will tell.
  if (offset == 0)
    (void)::fallocate(fd->get(), FALLOC_FL_KEEP_SIZE, 0,
                      static_cast<off_t>(records_per_file_ * gate_record_size));
  // A torn record at this place is at most as long as the new one: nothing is left of it.
  if (auto s = files::write_at(fd->get(), encode_gate_record(record), offset, path()); !s) return s;
  if (auto s = files::sync(fd->get(), path()); !s) return s;
  return offset == 0 ? files::sync_folder(folder_) : Status(Done{});
}

Result<GateLogRead> GateLog::read(std::uint64_t from) const {
  auto older = scan_file(older_path(), records_per_file_);
  if (!older) return older.error();
  auto current = scan_file(path(), records_per_file_);
  if (!current) return current.error();
  GateLogRead out;
  out.damage = older->damage ? older->damage : current->damage;
  if (!out.damage && !current->records.empty()) {
    const GateRecord& first = current->records.front();
    const bool follows =
        older->records.empty()
            ? first.sequence != 1 || first.previous == Hash{}
            : first.previous == older->last && first.sequence > older->records.back().sequence;
    if (!follows)
      out.damage = Error{
          ErrorKind::malformed,
          fmt::format("{}: record {} does not follow what came before it", path(), first.sequence)};
  }
  for (auto* records : {&older->records, &current->records})
    for (auto& record : *records)
      if (record.sequence >= from) out.records.push_back(std::move(record));
  return out;
}

}  // namespace drydock::boot
