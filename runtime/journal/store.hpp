#pragma once
// The RocksDB database behind the journal: opening with the right numbers, synced writes, reads.
// Internal to this folder; the only header here that includes RocksDB.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "runtime/journal/options.hpp"
#include "runtime/result.hpp"

namespace drydock::journal {

// no_space: out of room. malformed: RocksDB calls the bytes corrupt or cannot read their form.
// not_found: no such key. io: everything else.
Error to_error(const rocksdb::Status& status, std::string_view what);

enum class Durability { synced, lazy };  // lazy: ordered, and durable with the next synced write
enum class Walk { on, stop };
enum class Room { plenty, scarce };  // scarce: no compaction and no flush, the disk is full

// Threads: any. Reads go on beside a write; reopen() waits for reads that are under way.
class Store {
 public:
  // The database at folder, which must exist. Nothing is created.
  static Result<std::unique_ptr<Store>> open(std::string folder, Profile profile, Room room);
  // Without lock, WAL replayed in memory only; beside a live writer it shows that moment.
  static Result<std::unique_ptr<Store>> open_to_read(std::string folder, Profile profile);
  // A new database with these first rows, durable when this returns; it is closed again.
  static Status create(const std::string& folder, Profile profile, rocksdb::WriteBatch& rows);

  Status write(rocksdb::WriteBatch& batch, Durability durability);
  Result<std::string> get(const std::string& key) const;
  // Keys in [from, to), in order.
  using Visit = std::function<Walk(std::string_view key, std::string_view value)>;
  Status scan(const std::string& from, const std::string& to, const Visit& visit) const;
  // Reads every block of every file against its checksum.
  Status verify_checksums() const;
  // Close and open again: the one way out of RocksDB's error state that trusts only the disk.
  Status reopen(Room room);

 private:
  Store(std::string folder, Profile profile) : folder_(std::move(folder)), profile_(profile) {}
  const std::string folder_;
  const Profile profile_;
  mutable std::shared_mutex closing_;  // shared: using db_; exclusive: replacing it
  std::unique_ptr<rocksdb::DB> db_;    // empty only after a failed reopen
};

}  // namespace drydock::journal
