#pragma once
// Recovery: a machine's store as its last durable turn left it. The shell then sends Restarted (or
// CentreStarted), from which the machine derives its timers and unfinished work again.
#include "runtime/journal/journal.hpp"
#include "runtime/shell/room.hpp"
#include "runtime/shell/turn_record.hpp"

namespace drydock::shell {

template <Machine M>
Status recover(const journal::Journal& journal, Stepper<M>& stepper) {
  bool ok = true;
  const auto load = [&](std::uint32_t table, auto visit) {
    return journal.for_each_row(table_of(M::id, table),
                                [&](std::string_view key, std::string_view value) {
                                  std::uint64_t number = 0;
                                  if (table != mark_table && !read_key(key, number)) ok = false;
                                  if (ok) visit(number, value);
                                });
  };
  TurnMark mark;
  auto status = load(mark_table,
                     [&](std::uint64_t, std::string_view value) { ok = decode_from(value, mark); });
  auto& store = stepper.store();
  if constexpr (PlainStore<typename M::Store>) {
    if (status)
      status =
          load(0, [&](std::uint64_t, std::string_view value) { ok = decode_from(value, store); });
  } else {
    if (status)
      status = load(
          0, [&](std::uint64_t, std::string_view value) { ok = decode_from(value, store.head); });
    store.for_each_table([&](std::uint32_t number, auto& table) {
      if (!status) return;
      status = load(number, [&](std::uint64_t key, std::string_view value) {
        make_room(table);
        auto& row = table.change(table.insert(
            {static_cast<typename std::remove_cvref_t<decltype(table.key(0))>::Rep>(key)}));
        ok = decode_from(value, row);
        table.forget_touched();
      });
    });
  }
  if (!status) return status.error().in(std::string("recovering the ") + M::name);
  if (!ok)
    return Error{ErrorKind::malformed,
                 std::string("a row of the ") + M::name +
                     " does not parse; restore a backup, or set the journal aside"};
  stepper.restore(mark);
  return Done{};
}

}  // namespace drydock::shell
