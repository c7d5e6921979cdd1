#include "runtime/journal/store.hpp"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <cstdarg>
#include <mutex>

namespace drydock::journal {

namespace {
constexpr std::size_t mib = 1u << 20;

rocksdb::Options options_for(Profile profile, Room room) {
  const bool agent = profile == Profile::agent;
  rocksdb::Options options;
  options.create_if_missing = false;
  options.paranoid_checks = true;
  // A torn last write is what a cut leaves; damage before it is damage, never "the end".
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.avoid_flush_during_recovery = agent;  // a restart costs the flash nothing
  options.write_buffer_size = agent ? 1 * mib : 16 * mib;
  options.max_write_buffer_number = 2;
  options.target_file_size_base = agent ? 1 * mib : 32 * mib;
  // Removed records take room until they are compacted away: small levels bound how many.
  options.level0_file_num_compaction_trigger = agent ? 2 : 4;
  options.max_bytes_for_level_base = agent ? 4 * mib : 128 * mib;
  if (agent) {  // and on a host too busy to compact, the writer waits rather than the folder grow
    options.level0_slowdown_writes_trigger = 4;
    options.level0_stop_writes_trigger = 6;
    options.hard_pending_compaction_bytes_limit = 8 * mib;
  }
  options.max_background_jobs = agent ? 1 : 2;
  options.max_open_files = agent ? 64 : 512;
  options.max_file_opening_threads = 1;
  options.skip_stats_update_on_db_open = true;
  options.compression = rocksdb::kLZ4Compression;
  options.max_manifest_file_size = agent ? mib / 4 : 4 * mib;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = agent ? mib / 16 : mib;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_bgerror_resume_count = 0;  // a failure is ours to see, not to retry behind our back
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(agent ? mib / 2 : 32 * mib, 0);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  if (room == Room::scarce) {  // what is left belongs to the WAL alone
    options.write_buffer_size *= 4;
    options.disable_auto_compactions = true;
    options.avoid_flush_during_recovery = true;
  }
  return options;
}

// A reader leaves no trace: no LOG file beside a live writer's or on evidence.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
}  // namespace

Error to_error(const rocksdb::Status& status, std::string_view what) {
  const auto kind = status.IsNoSpace()    ? ErrorKind::no_space
                    : status.IsNotFound() ? ErrorKind::not_found
                    : status.IsCorruption() || status.IsNotSupported() ||
                            status.IsInvalidArgument() || status.IsPathNotFound()
                        ? ErrorKind::malformed
                        : ErrorKind::io;
  return {kind, fmt::format("{}: {}", what, status.ToString())};
}

Result<std::unique_ptr<Store>> Store::open(std::string folder, Profile profile, Room room) {
  std::unique_ptr<Store> store(new Store(std::move(folder), profile));
  if (auto opened = store->reopen(room); !opened) return std::move(opened).error();
  return store;
}

Result<std::unique_ptr<Store>> Store::open_to_read(std::string folder, Profile profile) {
  std::unique_ptr<Store> store(new Store(std::move(folder), profile));
  rocksdb::DB* db = nullptr;
  rocksdb::Options options = options_for(profile, Room::plenty);
  options.info_log = std::make_shared<NoLog>();
  const auto status = rocksdb::DB::OpenForReadOnly(options, store->folder_, &db);
  store->db_.reset(db);
  if (!status.ok()) return to_error(status, "opening the journal to read it");
  return store;
}

Status Store::create(const std::string& folder, Profile profile, rocksdb::WriteBatch& rows) {
  rocksdb::Options options = options_for(profile, Room::plenty);
  options.create_if_missing = true;
  options.error_if_exists = true;
  rocksdb::DB* db = nullptr;
  const auto opened = rocksdb::DB::Open(options, folder, &db);
  const std::unique_ptr<rocksdb::DB> owner(db);
  if (!opened.ok()) return to_error(opened, "creating the journal");
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto written = db->Write(synced, &rows);
  if (!written.ok()) return to_error(written, "writing the journal's first rows");
  return Done{};
}

Status Store::write(rocksdb::WriteBatch& batch, Durability durability) {
  const std::shared_lock lock(closing_);
  if (!db_) return Error{ErrorKind::io, "the journal is closed after a failed reopening"};
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  const auto status = db_->Write(options, &batch);
  if (!status.ok()) return to_error(status, "writing the journal");
  return Done{};
}

Result<std::string> Store::get(const std::string& key) const {
  const std::shared_lock lock(closing_);
  if (!db_) return Error{ErrorKind::io, "the journal is closed after a failed reopening"};
  std::string value;
  const auto status = db_->Get(rocksdb::ReadOptions(), key, &value);
  if (!status.ok()) return to_error(status, "reading the journal");
  return value;
}

Status Store::scan(const std::string& from, const std::string& to, const Visit& visit) const {
  const std::shared_lock lock(closing_);
  if (!db_) return Error{ErrorKind::io, "the journal is closed after a failed reopening"};
  const rocksdb::Slice upper = slice(to);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
  for (at->Seek(from); at->Valid(); at->Next()) {
    if (visit(at->key().ToStringView(), at->value().ToStringView()) == Walk::stop) return Done{};
  }
  if (!at->status().ok()) return to_error(at->status(), "walking the journal");
  return Done{};
}

Status Store::verify_checksums() const {
  const std::shared_lock lock(closing_);
  const auto status = db_->VerifyChecksum();
  if (!status.ok()) return to_error(status, "checking the journal's files");
  return Done{};
}

Status Store::reopen(Room room) {
  const std::unique_lock lock(closing_);
  db_.reset();
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options_for(profile_, room), folder_, &db);
  db_.reset(db);
  if (!status.ok()) return to_error(status, "opening the journal");
  return Done{};
}

}  // namespace drydock::journal
