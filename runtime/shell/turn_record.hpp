#pragma once
// A turn as a journal record, and a record's place in the tables. One naming of tables for writing
// and for recovery: machine * 16 + table; 14 holds what is owed to others, 15 the turn mark.
#include <string>

#include "actors/stepper.hpp"
#include "messages/codec.hpp"
#include "runtime/journal/record.hpp"

namespace drydock::shell {

inline constexpr std::uint32_t owed_table = 14;
inline constexpr std::uint32_t mark_table = 15;
constexpr std::uint32_t table_of(std::uint32_t machine, std::uint32_t table) {
  return machine * 16 + table;
}

std::string key_bytes(std::uint64_t key);  // big-endian, so that rows lie in order
bool read_key(std::string_view bytes, std::uint64_t& key);

// Rows that a machine's effects put into the same write as the turn itself: what is owed to another
// party. Specialised beside the machine that owes (runtime/shell/owed_reports.hpp).
template <class M>
struct Owed {
  static void add(const typename EffectsOf<M>::type&, journal::Record&) {}
};

template <Machine M>
journal::Record turn_record(const Stepper<M>& stepper, const typename M::Event& event, Instant up,
                            WallTime wall, WallTrust trust,
                            const typename EffectsOf<M>::type& effects) {
  journal::Record record;
  record.machine = M::id;
  record.logic_version = M::logic_version;
  record.up_ms = up.value;
  record.wall_ms = wall.value;
  record.wall_trust = static_cast<std::uint8_t>(trust);
  record.turn_no = stepper.mark().turn_no;
  record.digest = stepper.mark().chain;
  record.event = encode(event);
  if constexpr (HasPassing<typename M::Store>) record.passing = encode(stepper.passing_before());
  stepper.changed([&](std::uint32_t table, std::uint64_t key, const auto& row) {
    record.rows.push_back({table_of(M::id, table), key_bytes(key), encode(row), false});
  });
  record.rows.push_back({table_of(M::id, mark_table), {}, encode(stepper.mark()), false});
  Owed<M>::add(effects, record);
  return record;
}

}  // namespace drydock::shell
