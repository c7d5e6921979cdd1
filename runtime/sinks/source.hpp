#pragma once
// What there is to tell, as plain rows. Every function may block for some seconds; nothing means
// that it could not be had now. They are called by a sink's thread, one at a time.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/journal/decision_log.hpp"

namespace drydock::sinks {

struct FleetRow {
  std::string appliance, client, site, hardware, lifecycle, version, stage;
  std::uint32_t rollout = 0;  // that `stage` speaks of; 0: none
  bool site_mismatch = false;
  std::optional<std::int64_t> seen_ms;  // UTC; nothing: not since this centre began
  std::uint64_t journal_head = 0;       // the appliance's own, as it last said; 0: unknown
};

struct RolloutRow {
  std::uint32_t rollout = 0;
  std::string version, phase, by, why;
  std::int64_t created_ms = 0, moved_ms = 0;
  std::uint32_t granted = 0, exposed = 0, committed = 0, failed = 0;
};

struct EvidenceHead {  // of the centre's own chain
  std::string incarnation, link;
  std::uint64_t seq = 0;
};

struct Source {
  std::string incarnation;  // of the journal, in hex: whose log it is
  std::function<std::uint64_t()> decision_head;
  std::function<Result<std::vector<journal::Decision>>(std::uint64_t from)> decisions;
  // Rows from this one on, at most `count`; an empty list after the last.
  std::function<std::optional<std::vector<FleetRow>>(std::uint32_t from, std::uint32_t count)>
      fleet;
  std::function<std::optional<std::vector<RolloutRow>>()> rollouts;
  std::function<EvidenceHead()> evidence;
  std::function<std::int64_t()> wall_ms;
};

}  // namespace drydock::sinks
