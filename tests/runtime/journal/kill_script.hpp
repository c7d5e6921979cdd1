#pragma once
// What the child of the kill tests appends; the parent checks the remains against the same script.
#include <map>
#include <string>

#include "runtime/journal/chain.hpp"
#include "runtime/journal/record.hpp"

namespace drydock::journal::kill_script {

inline constexpr std::uint64_t records = 50;
inline constexpr std::uint64_t document_every = 5;
inline constexpr std::uint32_t table = 7;

inline std::string document(std::uint64_t n) { return "document " + std::to_string(n); }

// Touches a counter and one of seven rows; every eleventh erases a row instead. Each
// document_every-th names its document.
inline Record record(std::uint64_t n) {
  Record record;
  record.machine = 3;
  record.logic_version = 1;
  record.up_ms = static_cast<std::int64_t>(n * 1000);
  record.turn_no = n;
  record.event = n % document_every == 0 ? to_hex(sha256(document(n))) : "event";
  record.digest = n * 31;
  record.rows.push_back({table, "counter", std::to_string(n), false});
  const bool erase = n % 11 == 0;
  record.rows.push_back(
      {table, "row" + std::to_string(n % 7), erase ? "" : std::to_string(n), erase});
  return record;
}

// The rows after records 1 to n.
inline std::map<std::string, std::string> rows_after(std::uint64_t n) {
  std::map<std::string, std::string> rows;
  for (std::uint64_t i = 1; i <= n; ++i) {
    for (const RowWrite& row : record(i).rows) {
      if (row.erase)
        rows.erase(row.key);
      else
        rows[row.key] = row.value;
    }
  }
  return rows;
}

}  // namespace drydock::journal::kill_script
