#include "runtime/journal/journal.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <algorithm>
#include <mutex>

#include "runtime/journal/writer.hpp"

namespace drydock::journal {

struct Journal::Parts {
  Parts(const std::string& path, JournalOptions given)
      : options(std::move(given)), reserve(path + "/reserve", options.reserve_bytes) {}
  const JournalOptions options;
  Reserve reserve;
  Opened opened;
  std::mutex loss;                 // guards opened.lost
  std::unique_ptr<Writer> writer;  // last: it uses the others
};

Journal::Journal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path, JournalOptions options) {
  ASSERT(options.retention_every > 0);
  const auto fault = fault_point_from_environment();
  if (!fault) return fault.error();
  auto parts = std::make_unique<Parts>(path, std::move(options));
  auto opened = open_folder(path, parts->options, parts->reserve);
  if (!opened) return opened.error();
  parts->opened = std::move(*opened);
  if (!parts->opened.disk_full) {
    if (auto reserved = parts->reserve.ensure(); !reserved) {
      if (reserved.error().kind != ErrorKind::no_space) return reserved.error();
      spdlog::error("journal: {}", reserved.error().text);
      parts->opened.disk_full = true;
    }
  }
  parts->writer = std::make_unique<Writer>(parts->opened, parts->reserve, parts->options, *fault);
  return std::unique_ptr<Journal>(new Journal(std::move(parts)));
}

std::uint64_t Journal::append(Record record, std::function<void(std::uint64_t)> on_durable) {
  RecordItem item;
  item.bytes = encode(record);
  ASSERT(item.bytes.size() <= record_bytes_max);
  const auto& evidence = parts_->options.evidence_tables;
  for (const RowWrite& row : record.rows)
    item.evidence |= std::find(evidence.begin(), evidence.end(), row.table) != evidence.end();
  item.rows = std::move(record.rows);
  return parts_->writer->append(std::move(item), std::move(on_durable));
}

Status Journal::flush() { return parts_->writer->flush(); }

Head Journal::head() const {
  const Heads heads = parts_->writer->heads();
  return {heads.seq, heads.link};
}

std::uint64_t Journal::first_seq() const { return parts_->writer->first().seq; }

namespace {
Result<Record> decode_value(std::string_view value) {
  const auto stored = decode_stored(value);
  if (!stored) return stored.error();
  return decode(stored->bytes);
}
}  // namespace

Result<Record> Journal::record(std::uint64_t seq) const {
  const auto value = parts_->opened.store->get(key::record(seq));
  auto record = value ? decode_value(*value) : Result<Record>(value.error());
  if (!record) return record.error().in(fmt::format("record {}", seq));
  return record;
}

Status Journal::for_each_record(
    std::uint64_t from, std::uint64_t to,
    const std::function<void(std::uint64_t, const Record&)>& visit) const {
  Status status = Done{};
  const std::uint64_t last = std::min(to, head().seq);
  const auto walked = parts_->opened.store->scan(
      key::record(from), key::record(last + 1), [&](std::string_view key, std::string_view value) {
        const auto record = decode_value(value);
        if (!record) {
          status = record.error().in(fmt::format("record {}", key::number_in(key)));
          return Walk::stop;
        }
        visit(key::number_in(key), *record);
        return Walk::on;
      });
  return walked ? status : walked;
}

Status Journal::for_each_row(
    std::uint32_t table,
    const std::function<void(std::string_view, std::string_view)>& visit) const {
  const std::string prefix = key::row(table, "");
  return parts_->opened.store->scan(prefix, key::after(prefix),
                                    [&](std::string_view key, std::string_view value) {
                                      visit(key.substr(prefix.size()), value);
                                      return Walk::on;
                                    });
}

Hash Journal::put_document(std::string bytes) {
  ASSERT(bytes.size() <= document_bytes_max);
  const Hash hash = sha256(bytes);
  const std::size_t size = bytes.size();
  parts_->writer->enqueue({PutItem{key::document(hash), std::move(bytes)}, size, {}});
  return hash;
}

void Journal::forget_document(const Hash& hash) {
  parts_->writer->enqueue({EraseItem{key::document(hash)}, 0, {}});
}

Result<std::string> Journal::document(const Hash& hash) const {
  auto bytes = parts_->opened.store->get(key::document(hash));
  if (!bytes) return bytes.error().in("document " + to_hex(hash));
  if (sha256(*bytes) != hash)
    return Error{ErrorKind::mismatch, "document " + to_hex(hash) + " has other bytes"};
  return bytes;
}

void Journal::put_note(std::string name, std::string value, std::function<void()> on_durable) {
  const std::size_t size = name.size() + value.size();
  parts_->writer->enqueue(
      {PutItem{key::note(name), std::move(value)}, size, std::move(on_durable)});
}

Result<std::string> Journal::note(std::string_view name) const {
  return parts_->opened.store->get(key::note(name));
}

void Journal::append_decision(Decision decision, std::function<void()> on_durable) {
  const std::size_t size = decision.bytes.size();
  DecisionItem item{decision.position, decision.epoch, std::move(decision.bytes)};
  parts_->writer->enqueue({std::move(item), size, std::move(on_durable)});
}

std::uint64_t Journal::decision_head() const { return parts_->writer->heads().decision; }

Result<std::vector<Decision>> Journal::decisions(std::uint64_t from, std::uint64_t to) const {
  std::vector<Decision> found;
  Status status = Done{};
  const std::uint64_t last = std::min(to, decision_head());
  const auto walked = parts_->opened.store->scan(
      key::decision(from), key::decision(last + 1),
      [&](std::string_view key, std::string_view value) {
        const auto stored = decode_decision(value);
        if (!stored) {
          status = stored.error();
          return Walk::stop;
        }
        found.push_back({key::number_in(key), stored->epoch, std::string(stored->bytes)});
        return found.size() < decisions_read_max ? Walk::on : Walk::stop;
      });
  if (!walked) return walked.error();
  if (!status) return status.error();
  return found;
}

void Journal::notify(std::function<void()> after) {
  parts_->writer->enqueue({Notice{}, 0, std::move(after)});
}

Incarnation Journal::incarnation() const { return parts_->opened.incarnation; }

std::optional<std::string> Journal::lost() const {
  const std::lock_guard lock(parts_->loss);
  return parts_->opened.lost;
}

void Journal::forget_loss() {
  const std::lock_guard lock(parts_->loss);
  parts_->opened.lost.reset();
  parts_->writer->enqueue({EraseItem{key::meta("lost")}, 0, {}});
}

bool Journal::closed_cleanly() const { return parts_->opened.clean; }
bool Journal::disk_full() const { return parts_->writer->disk_full(); }
Stats Journal::stats() const { return parts_->writer->stats(); }

}  // namespace drydock::journal
