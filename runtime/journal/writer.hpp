#pragma once
// The one thread that writes. Whatever waits while a sync is under way becomes the next batch: one
// atomic synced write, then the callbacks in order. Internal to this folder.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "runtime/journal/batch.hpp"
#include "runtime/journal/fault_points.hpp"
#include "runtime/journal/opening.hpp"
#include "runtime/journal/stats.hpp"

namespace drydock::journal {

inline constexpr std::size_t batch_items_max = 8192;
inline constexpr std::size_t batch_bytes_max = 16u << 20;

class Writer {
 public:
  // opened, reserve and options outlive the writer. Starts the thread.
  Writer(Opened& opened, Reserve& reserve, const JournalOptions& options, FaultPoint fault);
  // Writes what waits, marks the journal as cleanly closed, ends the thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Any thread; none of these blocks on the disk. append gives the record its sequence.
  std::uint64_t append(RecordItem item, std::function<void(std::uint64_t)> on_durable);
  void enqueue(Item item);
  // Waits until everything enqueued before is durable. Never from a callback.
  Status flush();

  Heads heads() const;  // durable
  First first() const;
  Stats stats() const;
  bool disk_full() const { return disk_full_; }

 private:
  void run();
  std::vector<Item> take();
  Status commit(const std::vector<Item>& items);
  Status write(Batch& batch, Fault fault);
  Status write_with_reserve(Batch& batch);
  Status keep_house();
  void push(std::unique_lock<std::mutex> lock, Item item);
  void fail(const std::string& why);

  Opened& opened_;
  Reserve& reserve_;
  const JournalOptions& options_;
  const FaultPoint fault_;

  mutable std::mutex mutex_;
  std::condition_variable work_;  // something waits, or closing
  std::condition_variable done_;  // finished_ moved, or failed
  std::deque<Item> queue_;        // guarded by mutex_, and so are the next five
  std::size_t queue_bytes_ = 0;
  std::uint64_t next_seq_;
  std::uint64_t queued_ = 0, finished_ = 0;  // items ever
  Heads durable_;
  First first_;
  Stats stats_;
  bool closing_ = false;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> disk_full_;

  std::uint64_t since_house_ = 0;  // records since keep_house(); writer thread only
  std::thread thread_;             // last: it uses all of the above
};

}  // namespace drydock::journal
