#pragma once
// Tables grow between steps, never in one.
#include <algorithm>

#include "actors/machine.hpp"

namespace drydock::shell {

// Rows that one step inserts into a table at most: the parts of a fleet that was counted. It
// touches no more rows than proposals are under way.
inline constexpr std::uint32_t inserts_max = 16;
inline constexpr std::uint32_t rows_first = 1024;
inline constexpr std::uint32_t touched_max = 4096;

template <class Key, class Row>
void make_room(Table<Key, Row>& table) {
  if (table.room() >= inserts_max && table.can_change_more()) return;
  table.reserve(std::max(rows_first, table.size() * 2), touched_max);
}

template <class Store>
void make_room(Store& store) {
  if constexpr (!PlainStore<Store>)
    store.for_each_table([](std::uint32_t, auto& table) { make_room(table); });
}

}  // namespace drydock::shell
