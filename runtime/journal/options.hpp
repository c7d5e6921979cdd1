#pragma once
// How one journal is opened and bounded. The two profiles differ only in numbers.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/journal/chain.hpp"

namespace drydock::journal {

enum class Profile {
  agent,   // a few MiB of memory, <= 64 MB on the disk
  centre,  // tens of MiB of memory, many records a second
};

enum class OpenMode {
  strict,     // a journal that cannot be trusted is an Error; a person decides
  set_aside,  // ... is renamed to journal.lost-<n>, and a fresh one is started; lost() tells why
};

struct JournalOptions {
  Profile profile = Profile::agent;
  OpenMode mode = OpenMode::strict;
  // When set, a journal of another incarnation is foreign.
  std::optional<Incarnation> expected_incarnation;

  // Retention. Records of a turn that touched an evidence table are kept whatever the limits.
  std::vector<std::uint32_t> evidence_tables;
  std::uint64_t records_bytes_max = 24u << 20;
  std::uint32_t days_max = 90;  // by the newest record's synchronised wall time; 0: no limit
  std::uint32_t retention_every = 256;  // records between two passes, > 0

  std::uint64_t reserve_bytes = 1u << 20;  // given back on ENOSPC; 0: no reserve file

  // What may wait for the disk. More is a stuck disk or our bug, and ends the process.
  std::size_t pending_items_max = 4096;
  std::size_t pending_bytes_max = 16u << 20;

  // Called once, from the thread that met the failure, when the journal cannot go on. Empty: one
  // log line, one line on stderr, _Exit(74). A hook that returns (tests) leaves a journal that
  // acknowledges nothing more.
  std::function<void(const std::string& why)> on_fatal;
};

inline JournalOptions agent_options() {
  JournalOptions options;
  options.mode = OpenMode::set_aside;
  return options;
}

inline JournalOptions centre_options() {
  JournalOptions options;
  options.profile = Profile::centre;
  options.records_bytes_max = std::uint64_t{16} << 30;
  options.days_max = 400;
  options.retention_every = 16384;
  options.reserve_bytes = 64u << 20;
  options.pending_items_max = 262144;
  options.pending_bytes_max = 256u << 20;
  return options;
}

// The exit code after a failed write or sync: EX_IOERR of sysexits.h. Recovery is a restart.
inline constexpr int exit_journal_failed = 74;

}  // namespace drydock::journal
