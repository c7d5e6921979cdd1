#pragma once
// The figures of a running agent, read from its actors between two of their turns.
#include <string>

#include "runtime/appliance/figures.hpp"
#include "runtime/shell/appliance/directory.hpp"
#include "runtime/shell/appliance/seen.hpp"

namespace drydock::shell {

inline constexpr std::chrono::seconds look_timeout{5};  // an actor

struct GatherFrom {
  ApplianceDirectory& directory;
  const Seen& seen;
  std::string site, journal_folder;
  Instant started, now;
};

// Blocks for three looks at most; never from an actor's thread. Nothing when an actor did not come
// to its look in time.
std::optional<appliance::Figures> gather(const GatherFrom& from);

}  // namespace drydock::shell
