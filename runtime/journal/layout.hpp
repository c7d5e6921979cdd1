#pragma once
// Where things lie in the database. One column family, so one memtable and one WAL; the first
// letter of a key says what it is:
//   r/<u64 BE sequence>         a record: StoredRecord below
//   s/<u32 BE table>/<key>      a state row, as the last turn that touched it left it
//   d/<32 bytes SHA-256>        a document
//   l/<u64 BE position>         a decision: link (32), epoch (u64 LE), bytes
//   m/<name>                    format, incarnation, head, first, lost, clean
//   n/<name>                    notes: small values that others keep here
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/journal/chain.hpp"
#include "runtime/result.hpp"

namespace drydock::journal {

inline constexpr std::string_view format_name = "drydock-journal";
inline constexpr std::uint32_t format_version = 1;  // raised when an older release cannot read it

namespace key {
std::string record(std::uint64_t seq);
std::string decision(std::uint64_t position);
std::string row(std::uint32_t table, std::string_view key);  // an empty key: the table's prefix
std::string document(const Hash& hash);
std::string meta(std::string_view name);
std::string note(std::string_view name);
// The number in a record's or decision's key; 0, which is never used, when the key has no number.
std::uint64_t number_in(std::string_view key);
// The first key behind all keys that start with prefix.
std::string after(std::string prefix);
}  // namespace key

// r/ values: kind, link, then for evidence its own number and link, then the record's bytes.
struct StoredRecord {
  Hash link{};
  std::uint64_t evidence_no = 0;  // 1, 2, ... over the evidence records; 0: not evidence
  Hash evidence_link{};
  std::string_view bytes;  // of whoever holds the value
};
std::string encode_stored(const StoredRecord& stored);
Result<StoredRecord> decode_stored(std::string_view value);

// m/head, written with every batch: the ends of the three chains, and what retention counts.
struct Heads {
  std::uint64_t seq = 0;  // of the newest record; 0: none yet
  Hash link{};
  std::uint64_t bytes = 0;  // of all records ever appended
  std::uint64_t evidence_no = 0;
  Hash evidence_link{};
  std::uint64_t decision = 0;  // newest position; 0: none yet
  Hash decision_link{};
};
std::string encode_heads(const Heads& heads);
Result<Heads> decode_heads(std::string_view value);

// m/first, written by retention: the chain is whole from here to the head.
struct First {
  std::uint64_t seq = 1;
  Hash link_before{};
  std::uint64_t bytes_before = 0;
};
std::string encode_first(const First& first);
Result<First> decode_first(std::string_view value);

}  // namespace drydock::journal
