#pragma once
// What the journal's tests share: folders, records, a way to tamper, and a view of the syncs.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "runtime/journal/journal.hpp"
#include "runtime/journal/layout.hpp"
#include "runtime/journal/store.hpp"
#include "runtime/journal/verify.hpp"

namespace drydock::journal {

class TempFolder {
 public:
  // In memory, where hundreds of syncs cost nothing, unless a test is about the disk.
  enum class On { disk, memory };
  explicit TempFolder(On where = On::memory);
  ~TempFolder();
  std::string path(const std::string& name = "journal") const { return (root_ / name).string(); }

 private:
  std::filesystem::path root_;
};

// Sets DRYDOCK_FAULT for its lifetime.
class FaultInEnvironment {
 public:
  explicit FaultInEnvironment(const std::string& text) {
    ::setenv("DRYDOCK_FAULT", text.c_str(), 1);
  }
  ~FaultInEnvironment() { ::unsetenv("DRYDOCK_FAULT"); }
};

// fsync and fdatasync of this test program, RocksDB's included, pass through here (sync_hook.cpp).
namespace sync_hook {
extern std::atomic<std::uint64_t> log_syncs;  // of write-ahead logs alone
extern std::atomic<int> fail_log_syncs_with;  // an errno; 0: they go to the system
}  // namespace sync_hook

JournalOptions strict_options();
std::unique_ptr<Journal> open(const std::string& path, JournalOptions options = strict_options());
Record numbered_record(std::uint64_t n);
// Appends numbered records n = from..to and waits for them.
void fill(Journal& journal, std::uint64_t from, std::uint64_t to);
std::map<std::string, std::string> rows(const Journal& journal, std::uint32_t table);
std::vector<std::uint64_t> sequences(const Journal& journal);
VerifyReport checked(const std::string& path);

// Changes a closed journal behind its back.
void tamper(const std::string& path,
            const std::function<void(Store&, rocksdb::WriteBatch&)>& change);
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& bytes);
// The newest file below folder whose name ends so.
std::string file_ending(const std::string& folder, const std::string& ending);

}  // namespace drydock::journal
