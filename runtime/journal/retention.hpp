#pragma once
// Removing the oldest records while the chain stays verifiable. Internal to this folder.
#include "runtime/journal/layout.hpp"
#include "runtime/journal/options.hpp"
#include "runtime/journal/store.hpp"

namespace drydock::journal {

inline constexpr std::uint64_t retention_records_max = 32768;  // looked at in one pass

// Removes records from first on while they are beyond the limits, and moves first behind them. The
// newest record always stays, and so does evidence, which then lies below first with its own chain.
// Age is measured between synchronised wall times only; a record without one goes only when a later
// record is too old. The write is lazy: lost in a cut, the next pass repeats it.
Status trim(Store& store, const Heads& heads, First& first, const JournalOptions& limits);

}  // namespace drydock::journal
