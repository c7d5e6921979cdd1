#pragma once
// A box with an always open window, as its scheduler sees it.
#include <boost/test/unit_test.hpp>

#include "actors/scheduler/machine.hpp"
#include "messages/returns.hpp"
#include "tests/support/driver.hpp"

namespace drydock::testing {

struct SchedulerBox : Driver<Scheduler> {
  using Phase = Scheduler::Phase;
  static constexpr std::uint8_t poll_tag = 1, window_tag = 2, reboot_tag = 3;
  static constexpr ApplianceId self{77};
  static constexpr UpdateId update{500};
  static constexpr Version old_version = make_version(1, 0, 0), release = make_version(1, 1, 0);
  Version running = old_version;  // where no trial runs

  SchedulerBox() {
    restart(1);
    tell(Scheduler::WindowResolved{{}, {}, true});
  }
  void restart(std::uint64_t boot, Slot active = Slot::a, Slot trial = Slot::none) {
    Restarted e;
    e.appliance = self;
    e.boot = {boot};
    e.active = active;
    e.trial = trial;
    e.trial_update = trial == Slot::none ? UpdateId{} : update;
    e.running = active == trial ? release : running;
    e.poll_wish = minutes(5);
    tell(e);
  }
  Phase phase() { return store().phase; }

  void ask() { fire(poll_tag); }  // a check-in leaves
  // The centre stands behind what we do and has nothing new.
  Answer standing() {
    Answer a;
    a.appliance = self;
    a.serial = store().passing.serial;
    a.epoch = {1};
    a.standing = store().update;
    return a;
  }
  Answer nothing_stands() {
    Answer a = standing();
    a.standing = {};
    return a;
  }
  Grant grant(GrantKind kind, std::uint64_t order) {
    Grant g;
    g.kind = kind;
    g.order = {order};
    g.epoch = {1};
    g.appliance = self;
    g.rollout = {3};
    g.update = update;
    g.version = release;
    g.issued = wall;
    g.expires = wall + hours(1);
    return g;
  }
  Answer with(const Grant& g) {
    Answer a = standing();
    a.standing = g.update;
    a.grant = g;
    return a;
  }
  void answer(const Answer& a) { tell(CheckInAnswered{a}); }
  // A check-in and its answer with this grant.
  void give(const Grant& g) {
    if (!store().passing.asking) ask();
    answer(with(g));
  }
  UpdateOutcome outcome() const { return {{3}, update, release, Reason::none, 1, {}}; }

  void install() { give(grant(GrantKind::install, 10)); }
  void stage() {
    install();
    tell(Staged{outcome()});
    BOOST_REQUIRE((phase() == Phase::staged));
  }
  void take_token() {
    stage();
    give(grant(GrantKind::reboot, 11));
    BOOST_REQUIRE((phase() == Phase::arming));
  }
  void arm() {
    take_token();
    tell(TrialArmed{outcome()});
    BOOST_REQUIRE((phase() == Phase::armed));
  }
  Reason denied() const {
    const auto* e = get<OrderDenied>();
    return e == nullptr ? Reason::none : e->reason;
  }
};

}  // namespace drydock::testing
