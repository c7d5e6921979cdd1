#include "runtime/journal/writer.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include "runtime/journal/retention.hpp"

namespace drydock::journal {

Writer::Writer(Opened& opened, Reserve& reserve, const JournalOptions& options, FaultPoint fault)
    : opened_(opened),
      reserve_(reserve),
      options_(options),
      fault_(fault),
      next_seq_(opened.heads.seq + 1),
      durable_(opened.heads),
      first_(opened.first),
      disk_full_(opened.disk_full),
      thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "journal");
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  thread_.join();
  if (failed_) return;
  rocksdb::WriteBatch closed;
  closed.Put(key::meta("clean"), "1");
  if (auto written = opened_.store->write(closed, Durability::synced); !written)
    spdlog::warn("journal: no mark of a clean end: {}", written.error().text);
}

std::uint64_t Writer::append(RecordItem record, std::function<void(std::uint64_t)> on_durable) {
  Item item;
  item.bytes = record.bytes.size();
  for (const RowWrite& row : record.rows) item.bytes += row.key.size() + row.value.size();
  std::unique_lock lock(mutex_);
  const std::uint64_t seq = record.seq = next_seq_++;
  if (on_durable) item.after = [seq, done = std::move(on_durable)] { done(seq); };
  item.what = std::move(record);
  push(std::move(lock), std::move(item));
  return seq;
}

void Writer::enqueue(Item item) { push(std::unique_lock(mutex_), std::move(item)); }

void Writer::push(std::unique_lock<std::mutex> lock, Item item) {
  if (failed_) return;
  if (queue_.size() >= options_.pending_items_max ||
      queue_bytes_ + item.bytes > options_.pending_bytes_max) {
    const auto why = fmt::format("{} items and {} bytes wait for the disk, the limit is reached",
                                 queue_.size(), queue_bytes_);
    lock.unlock();
    return fail(why);
  }
  queue_bytes_ += item.bytes;
  ++queued_;
  queue_.push_back(std::move(item));
  lock.unlock();
  work_.notify_one();
}

Status Writer::flush() {
  ASSERT(std::this_thread::get_id() != thread_.get_id());
  std::unique_lock lock(mutex_);
  const std::uint64_t goal = queued_;
  done_.wait(lock, [&] { return finished_ >= goal || failed_; });
  if (finished_ >= goal) return Done{};
  return Error{ErrorKind::io, "the journal has failed; what was appended last is not durable"};
}

Heads Writer::heads() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

First Writer::first() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

Stats Writer::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats = stats_;
  stats.waiting_items = queue_.size();
  stats.waiting_bytes = queue_bytes_;
  return stats;
}

std::vector<Item> Writer::take() {
  std::unique_lock lock(mutex_);
  work_.wait(lock, [&] { return !queue_.empty() || closing_ || failed_; });
  std::vector<Item> items;
  std::size_t bytes = 0;
  while (!failed_ && !queue_.empty() && items.size() < batch_items_max && bytes < batch_bytes_max) {
    bytes += queue_.front().bytes;
    items.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return items;
}

void Writer::run() {
  for (auto items = take(); !items.empty(); items = take()) {
    if (auto written = commit(items); !written) return fail(written.error().text);
    for (const Item& item : items) {
      if (item.after) item.after();
    }
    if (since_house_ >= options_.retention_every) {
      since_house_ = 0;
      if (auto kept = keep_house(); !kept) return fail(kept.error().text);
    }
    {
      const std::lock_guard lock(mutex_);
      finished_ += items.size();
    }
    done_.notify_all();
  }
}

Status Writer::commit(const std::vector<Item>& items) {
  Batch batch(heads());
  for (const Item& item : items) batch.add(item);
  if (batch.empty()) return Done{};
  const std::uint64_t before = stats().records;
  const Fault fault = fault_.in_batch(before, before + batch.records());
  if (fault == Fault::kill_before) std::raise(SIGKILL);
  auto written = write(batch, fault);
  if (!written) return written;
  if (fault == Fault::kill_after) std::raise(SIGKILL);
  since_house_ += batch.records();
  const std::lock_guard lock(mutex_);
  durable_ = batch.heads();
  stats_.records += batch.records();
  ++stats_.syncs;
  return written;
}

Status Writer::write(Batch& batch, Fault fault) {
  auto written = fault == Fault::no_space ? Status(Error{ErrorKind::no_space, "made by a test"})
                 : fault == Fault::io_error
                     ? Status(Error{ErrorKind::io, "made by a test"})
                     : opened_.store->write(batch.finish(), Durability::synced);
  if (written || written.error().kind != ErrorKind::no_space) return written;
  return write_with_reserve(batch);
}

// Once: with the reserve given back and compaction off, what waits lands in the log.
Status Writer::write_with_reserve(Batch& batch) {
  disk_full_ = true;
  if (!reserve_.release())
    return Error{ErrorKind::no_space, "the disk is full and the reserve is used up"};
  spdlog::error("journal: the disk is full; the reserve of {} bytes is given back",
                options_.reserve_bytes);
  if (auto open = opened_.store->reopen(Room::scarce); !open) return open;
  return opened_.store->write(batch.finish(), Durability::synced);
}

Status Writer::keep_house() {
  First first = this->first();
  auto trimmed = trim(*opened_.store, heads(), first, options_);
  {
    const std::lock_guard lock(mutex_);
    first_ = first;
  }
  // Out of room here loses nothing: the next batch meets it, and has the reserve.
  if (!trimmed && trimmed.error().kind != ErrorKind::no_space) return trimmed;
  if (!disk_full_ || !reserve_.ensure()) return Done{};
  spdlog::info("journal: the disk has room again");
  disk_full_ = false;
  return opened_.store->reopen(Room::plenty);
}

void Writer::fail(const std::string& why) {
  if (failed_.exchange(true)) return;
  if (options_.on_fatal) {
    options_.on_fatal(why);
  } else {
    spdlog::critical("journal: {}; this process ends, recovery is a restart", why);
    spdlog::default_logger()->flush();
    const auto line = fmt::format("journal: {}; the process ends\n", why);
    (void)!::write(STDERR_FILENO, line.data(), line.size());
    std::_Exit(exit_journal_failed);
  }
  {
    const std::lock_guard lock(mutex_);  // a waiter has seen failed_ or is asleep
  }
  work_.notify_all();
  done_.notify_all();
}

}  // namespace drydock::journal
