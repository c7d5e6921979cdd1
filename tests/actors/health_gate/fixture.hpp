#pragma once
// The agent's half of a health gate: a box that runs release 1.0.0 from slot A, and a trial
// of 1.1.0.
#include <boost/test/unit_test.hpp>

#include "actors/health_gate/machine.hpp"
#include "messages/returns.hpp"
#include "tests/support/driver.hpp"

namespace drydock::testing {

struct GateInAgent : Driver<HealthGate> {
  using Phase = HealthGate::Phase;
  static constexpr std::uint8_t verify_tag = 1, commit_tag = 2, soak_tag = 3, deadline_tag = 4,
                                reach_tag = 5;
  static constexpr UpdateId update{500};
  static constexpr Version release = make_version(1, 1, 0);

  Phase phase() { return store().phase; }
  void restart(std::uint64_t boot, Slot active, Slot trial = Slot::none,
               UpdateId on_trial = update) {
    Restarted e;
    e.boot = {boot};
    e.active = active;
    e.trial = trial;
    e.trial_update = trial == Slot::none ? UpdateId{} : on_trial;
    e.running = active == Slot::b ? release : make_version(1, 0, 0);
    e.soak = hours(1);
    e.checks = 2;
    e.required = 0b01;
    tell(e);
  }
  void arm() {
    restart(1, Slot::a);
    tell(TrialArmed{UpdateOutcome{{3}, update, release, Reason::none, 0, {}}});
    BOOST_REQUIRE((phase() == Phase::armed));
  }
  // The trial boots as boot 2.
  void boot_trial() {
    arm();
    restart(2, Slot::b, Slot::b);
  }
  void log(std::uint32_t seq, GateVerdict verdict, std::uint64_t boot = 2,
           Reason reason = Reason::none, UpdateId of = update) {
    tell(HealthGate::GateLogRead{seq, {boot}, of, verdict, 1, reason, "dns"});
  }
  void log_end() { tell(HealthGate::GateLogEnded{1}); }
  void ready(std::uint64_t boot = 2) { tell(HealthGate::AgentReady{{boot}}); }
  void commit_end(Reason reason = Reason::none, UpdateId of = update) {
    tell(HealthGate::CommitEnded{of, reason});
  }
  // This boot is a minute old.
  void limits() { tell(HealthGate::LimitsSet{minutes(1), minutes(10), hours(24)}); }
  void pass() {
    boot_trial();
    log(1, GateVerdict::passed);
    log_end();
  }
  void commit() {
    pass();
    ready();
    commit_end();
    BOOST_REQUIRE((phase() == Phase::soaking));
  }
  void soak(CheckOutcome required, CheckOutcome wanted) {
    fire(soak_tag);
    tell(HealthGate::CheckFinished{0, required});
    tell(HealthGate::CheckFinished{1, wanted});
  }
};

}  // namespace drydock::testing
