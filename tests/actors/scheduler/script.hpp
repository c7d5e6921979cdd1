#pragma once
// A long plausible life of a scheduler: answers to its questions, outcomes of its update, restarts.
#include "actors/scheduler/machine.hpp"
#include "tests/support/fuzz.hpp"

namespace drydock::testing {

struct SchedulerScript {
  using M = Scheduler;

  Scheduler::Event next(Dice& dice, Driver<Scheduler>& driver) const {
    const Scheduler::State& s = driver.store();
    const std::uint64_t pick = dice.below(100);
    if (!s.boot || pick < 6) return restarted(dice, s);
    if (pick < 50 && !s.passing.asking) return driver.due(1);
    if (pick < 60) return driver.due(static_cast<std::uint8_t>(1 + dice.below(3)));
    if (pick < 64) return CheckInFailed{s.passing.serial};
    if (pick < 68) return window(dice, driver.wall);
    if (pick < 84) return CheckInAnswered{answer(dice, s, driver.wall)};
    return outcome(dice, s);
  }

 private:
  static Restarted restarted(Dice& dice, const Scheduler::State& s) {
    auto e = random<Restarted>(dice);
    e.appliance = {77};
    e.boot = {s.boot.value + dice.below(2)};
    if (!e.boot) e.boot = {1};
    e.active = dice.below(2) == 0 ? Slot::a : Slot::b;
    e.trial = dice.below(2) == 0 ? Slot::none : dice.below(2) == 0 ? Slot::a : Slot::b;
    if (dice.below(4) != 0) e.trial_update = s.update;
    return e;
  }
  static Scheduler::WindowResolved window(Dice& dice, WallTime wall) {
    const auto before = milliseconds(-static_cast<std::int64_t>(dice.below(7'200'000)));
    const auto after = milliseconds(static_cast<std::int64_t>(dice.below(7'200'000)));
    return {wall + before, wall + after, dice.below(3) == 0};
  }
  static Answer answer(Dice& dice, const Scheduler::State& s, WallTime wall) {
    auto a = random<Answer>(dice);
    a.appliance = s.self;
    a.serial = s.passing.serial - (dice.below(10) == 0 ? 1 : 0);
    a.epoch = {s.epoch.value + (dice.below(20) == 0 ? 1 : 0)};
    a.standing = dice.below(6) == 0 ? UpdateId{} : s.update;
    Grant& g = a.grant;
    g.kind = static_cast<GrantKind>(dice.below(3));
    if (g.kind == GrantKind::none) return a;
    g.appliance = {s.self.value + (dice.below(12) == 0 ? 1 : 0)};
    g.epoch = {a.epoch.value - (dice.below(12) == 0 ? 1 : 0)};
    g.order = {s.floor.value + dice.below(3)};
    const bool ours = g.kind == GrantKind::reboot || dice.below(2) == 0;
    if (ours && dice.below(8) != 0) g.update = s.update;
    g.expires = wall + hours(static_cast<std::int64_t>(dice.below(8)));
    if (dice.below(8) != 0) a.standing = g.update;
    return a;
  }
  static Scheduler::Event outcome(Dice& dice, const Scheduler::State& s) {
    auto o = random<UpdateOutcome>(dice);
    if (dice.below(8) != 0) o.update = s.update;
    switch (dice.below(12)) {
      case 0: return InstallFailed{o};
      case 1: return ArmRefused{o};
      case 2: return Committed{o};
      case 3: return RolledBack{o};
      case 4: return FailedLate{o};
      case 5: return TrialArmed{o};
      case 6: return AttemptOver{o.update};
      case 7: return ReturnDue{o.update};
      case 8: return ReturnArmed{o.update};
      default: break;
    }
    // Whatever brings the phase onwards comes most often.
    if (s.phase == Scheduler::Phase::arming) return TrialArmed{o};
    return Staged{o};
  }
};

}  // namespace drydock::testing
