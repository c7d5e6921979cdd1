#pragma once
// The durable outbox: a report is kept in the same synced write as the turn that made it. Included
// wherever the reporter's turns are written or its reports are read back.
#include "actors/reporter/machine.hpp"
#include "runtime/journal/journal.hpp"
#include "runtime/shell/turn_record.hpp"

namespace drydock::shell {

inline constexpr std::uint32_t reports_table = table_of(Reporter::id, owed_table);

template <>
struct Owed<Reporter> {
  static void add(const EffectsOf<Reporter>::type& effects, journal::Record& record) {
    for (const auto& effect : effects) {
      if (const auto* kept = std::get_if<Reporter::KeepReport>(&effect))
        record.rows.push_back(
            {reports_table, key_bytes(kept->report.seq.value), encode(kept->report), false});
      if (const auto* gone = std::get_if<Reporter::DropReports>(&effect))
        record.rows.push_back({reports_table, key_bytes(gone->through.value), {}, true});
    }
  }
};

}  // namespace drydock::shell
