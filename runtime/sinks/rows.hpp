#pragma once
// A decision as rows. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/centre.hpp"
#include "runtime/journal/decision_log.hpp"

namespace drydock::sinks {

struct DecisionRow {
  std::uint64_t position = 0;
  std::int64_t at_ms = 0;
  std::string kind;  // of the decision, such as "GrantIssued"
  std::string what;  // within the kind: "install", "token", "halt"; else empty
  std::uint32_t rollout = 0;
  std::string appliance;  // empty: of none
  std::string by, why;    // by nobody: the planner itself
};

struct VerdictRow {  // one report that was counted
  std::uint64_t position = 0;
  std::string appliance;
  std::uint32_t seq = 0;
  std::int64_t at_ms = 0;  // as the appliance believed
  std::string kind, reason, version, update, detail;
  std::uint32_t rollout = 0;
};

struct DecisionRows {
  DecisionRow decision;
  std::vector<VerdictRow> verdicts;
};

// As a database takes it: what is no UTF-8, and control characters, become '?'. An appliance may
// say anything; it must not be able to stop the copying.
std::string stored_text(std::string_view text);
// Within the years 1970 to 9999.
std::int64_t stored_ms(WallTime wall);

// Malformed for bytes that are no decision of this version.
Result<DecisionRows> rows_of(const journal::Decision& stored);

}  // namespace drydock::sinks
