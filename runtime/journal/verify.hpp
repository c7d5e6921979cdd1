#pragma once
// Walks a journal read-only and checks its chains, link by link: what `drydock journal verify`
// shows.
#include <cstdint>
#include <string>

#include "runtime/journal/options.hpp"
#include "runtime/result.hpp"

namespace drydock::journal {

struct VerifyReport {
  bool ok = false;
  std::uint64_t records = 0;    // checked
  std::uint64_t first_seq = 0;  // the chain is whole from here ...
  std::uint64_t last_seq = 0;   // ... to here; 0: no records
  std::uint64_t evidence = 0;   // evidence records checked, those before first_seq included
  std::uint64_t decisions = 0;  // checked
  std::uint64_t first_bad = 0;  // sequence or, for a decision, position; 0 when ok
  Hash last_link{};             // compare with the head the centre has seen
  std::string why;              // one sentence, empty when ok
};

// path as for Journal::open. Safe beside the process that writes it; then it judges one moment of
// it. Error: the journal cannot be read at all. A broken chain is a report, not an Error. A tail
// cut off together with its head row is only seen by comparing last_link with an older head kept
// elsewhere (check-ins carry it).
Result<VerifyReport> verify(const std::string& path, Profile profile = Profile::agent);

}  // namespace drydock::journal
