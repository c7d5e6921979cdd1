#pragma once
// The journal reader: steps a machine through its recorded events and compares every turn's digest.
// Effects are not carried out. A difference at an equal logic version is a bug; across versions the
// next recorded rows would have to be adopted, and it is only counted here.
#include <string>

#include "runtime/journal/journal.hpp"
#include "runtime/shell/room.hpp"
#include "runtime/shell/turn_record.hpp"

namespace drydock::shell {

struct ReplayReport {
  std::uint64_t compared = 0;
  std::uint64_t other_version = 0;    // turns of another logic version: not compared
  std::uint64_t first_different = 0;  // sequence of the first turn that differs; 0: none
  std::string why;
};

// Replays machine M from the first record of the journal, which must still be there, into
// `stepper`.
template <Machine M>
Result<ReplayReport> replay(const journal::Journal& journal, Stepper<M>& stepper) {
  ReplayReport report;
  const auto status = journal.for_each_record(
      1, journal.head().seq, [&](std::uint64_t seq, const journal::Record& r) {
        if (r.machine != M::id || report.first_different != 0) return;
        if (r.logic_version != M::logic_version) {
          ++report.other_version;
          return;
        }
        typename M::Event event;
        if (!decode_from(r.event, event)) {
          report.first_different = seq;
          report.why = "the event does not parse";
          return;
        }
        if constexpr (HasPassing<typename M::Store>) {
          if (!decode_from(r.passing, stepper.store().passing)) {
            report.first_different = seq;
            report.why = "what passed before the turn does not parse";
            return;
          }
        }
        make_room(stepper.store());
        typename EffectsOf<M>::type effects;
        const bool idle = stepper.step(event, {r.up_ms}, {r.wall_ms},
                                       static_cast<WallTrust>(r.wall_trust), effects);
        stepper.close();
        ++report.compared;
        if (idle || stepper.mark().turn_no != r.turn_no || stepper.mark().chain != r.digest) {
          report.first_different = seq;
          report.why = idle ? "the recorded turn is idle when replayed" : "state or effects differ";
        }
      });
  if (!status) return status.error().in("replaying");
  return report;
}

}  // namespace drydock::shell
