#include "runtime/journal/batch.hpp"

#include "runtime/journal/little_endian.hpp"

namespace drydock::journal {

void Batch::add(const Item& item) {
  std::visit([this](const auto& what) { put(what); }, item.what);
  empty_ = empty_ && std::holds_alternative<Notice>(item.what);
}

rocksdb::WriteBatch& Batch::finish() {
  if (!empty_) writes_.Put(key::meta("head"), encode_heads(heads_));
  return writes_;
}

void Batch::put(const RecordItem& item) {
  ASSERT(item.seq == heads_.seq + 1);
  heads_.seq = item.seq;
  heads_.link = link(heads_.link, item.bytes);
  StoredRecord stored{heads_.link, 0, {}, item.bytes};
  if (item.evidence) {
    stored.evidence_no = ++heads_.evidence_no;
    stored.evidence_link = heads_.evidence_link = link(heads_.evidence_link, item.bytes);
  }
  const std::string value = encode_stored(stored);
  heads_.bytes += value.size();
  writes_.Put(key::record(item.seq), value);
  for (const RowWrite& row : item.rows) {
    if (row.erase)
      writes_.Delete(key::row(row.table, row.key));
    else
      writes_.Put(key::row(row.table, row.key), row.value);
  }
  ++records_;
}

void Batch::put(const DecisionItem& item) {
  ASSERT(item.position == heads_.decision + 1);
  const std::string value = encode_decision(heads_.decision_link, item.epoch, item.bytes);
  heads_.decision = item.position;
  heads_.decision_link = hash_from(value);
  writes_.Put(key::decision(item.position), value);
}

void Batch::put(const PutItem& item) { writes_.Put(item.key, item.value); }
void Batch::put(const EraseItem& item) { writes_.Delete(item.key); }

std::string encode_decision(const Hash& previous, std::uint64_t epoch, std::string_view bytes) {
  std::string linked;
  append_number(linked, epoch);
  linked.append(bytes);
  return std::string(view(link(previous, linked))).append(linked);
}

Result<StoredDecision> decode_decision(std::string_view value) {
  ByteReader in(value);
  StoredDecision decision;
  decision.link = hash_from(in.take(32));
  decision.epoch = in.number<std::uint64_t>();
  if (!in.ok()) return Error{ErrorKind::malformed, "a decision in the journal is cut short"};
  decision.bytes = in.rest();
  return decision;
}

std::string_view linked_part(std::string_view decision_value) {
  return decision_value.size() < 32 ? std::string_view() : decision_value.substr(32);
}

}  // namespace drydock::journal
