#pragma once
// What waits for the writer, and how a row of waiting items becomes one atomic write.
// Internal to this folder.
#include <rocksdb/write_batch.h>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "runtime/journal/layout.hpp"
#include "runtime/journal/record.hpp"

namespace drydock::journal {

struct RecordItem {
  std::uint64_t seq = 0;
  std::string bytes;  // the encoded record
  std::vector<RowWrite> rows;
  bool evidence = false;
};
struct DecisionItem {
  std::uint64_t position = 0;
  std::uint64_t epoch = 0;
  std::string bytes;
};
struct PutItem {  // a document or a note, under its whole key
  std::string key, value;
};
struct EraseItem {
  std::string key;
};
struct Notice {};  // nothing to write: only its callback, in order with the others

struct Item {
  std::variant<Notice, RecordItem, DecisionItem, PutItem, EraseItem> what;
  std::size_t bytes = 0;        // what it counts against the queue's limit
  std::function<void()> after;  // once durable, on the writer thread; may be empty
};

// One thread. Heads are those after the items added so far.
class Batch {
 public:
  explicit Batch(const Heads& heads) : heads_(heads) {}
  void add(const Item& item);
  // The finished write; empty when only notices were added.
  rocksdb::WriteBatch& finish();
  bool empty() const { return empty_; }
  const Heads& heads() const { return heads_; }
  std::uint64_t records() const { return records_; }

 private:
  void put(const Notice&) {}
  void put(const RecordItem& item);
  void put(const DecisionItem& item);
  void put(const PutItem& item);
  void put(const EraseItem& item);

  Heads heads_;
  rocksdb::WriteBatch writes_;
  std::uint64_t records_ = 0;
  bool empty_ = true;
};

// l/ values: link, epoch, bytes. The link covers epoch and bytes.
struct StoredDecision {
  Hash link{};
  std::uint64_t epoch = 0;
  std::string_view bytes;  // of whoever holds the value
};
std::string encode_decision(const Hash& previous, std::uint64_t epoch, std::string_view bytes);
Result<StoredDecision> decode_decision(std::string_view value);
// What the link of a decision covers: its value behind the link.
std::string_view linked_part(std::string_view decision_value);

}  // namespace drydock::journal
