#pragma once
// A long plausible life of a health gate: boots, checks, its log, commits and soaks.
#include "actors/health_gate/machine.hpp"
#include "messages/returns.hpp"
#include "tests/support/fuzz.hpp"

namespace drydock::testing {

struct HealthGateScript {
  using M = HealthGate;

  HealthGate::Event next(Dice& dice, Driver<HealthGate>& driver) const {
    using Phase = HealthGate::Phase;
    const HealthGate::State& s = driver.store();
    const std::uint64_t pick = dice.below(100);
    if (s.phase == Phase::verifying || s.phase == Phase::soak_checking) {
      if (pick < 80) return check(dice, s);
      if (pick < 90) return driver.due(1);
    }
    if (s.phase == Phase::committing && pick < 60)
      return dice.below(2) == 0 ? driver.due(2) : HealthGate::Event{committed(dice, s)};
    if (s.phase == Phase::soaking && pick < 40) return driver.due(3);
    if (s.phase == Phase::unreached && pick < 60) return driver.due(5);
    if (pick < 8) return booted(dice, s);
    if (pick < 25) return restarted(dice, s);
    if (pick < 40) return armed(dice, s);
    if (pick < 44) return TrialWithdrawn{s.update};
    if (pick < 65) return logged(dice, s);
    if (pick < 80) return HealthGate::GateLogEnded{s.log_seq};
    if (pick < 91) return HealthGate::AgentReady{near(dice, s.boot)};
    if (pick < 94) return limits(dice);
    if (pick < 95) return CentreReached{};
    if (pick < 97) return driver.due(static_cast<std::uint8_t>(4 + dice.below(2)));
    if (pick < 98)
      return ReturnRefused{s.update, dice.below(2) ? Reason::io_error : Reason::helper_refused};
    return committed(dice, s);
  }

 private:
  static BootId near(Dice& dice, BootId boot) {
    return dice.below(8) == 0 ? BootId{boot.value + 1} : boot;
  }
  static HealthGate::CheckFinished check(Dice& dice, const HealthGate::State& s) {
    const auto outcome = static_cast<CheckOutcome>(dice.below(6) == 0 ? dice.below(3) : 1);
    return {static_cast<std::uint8_t>(dice.below(s.checks + 1u)), outcome};
  }
  static HealthGate::LimitsSet limits(Dice& dice) {
    const auto some = [&] { return minutes(static_cast<std::int64_t>(dice.below(60))); };
    return {some(), some(), some()};
  }
  // What runs on trial: this update, or the return from it.
  static UpdateId trial(const HealthGate::State& s) {
    return s.on_return ? return_of(s.update) : s.update;
  }
  static HealthGate::CommitEnded committed(Dice& dice, const HealthGate::State& s) {
    return {trial(s), dice.below(3) == 0 ? Reason::io_error : Reason::none};
  }
  static HealthGate::BootObserved booted(Dice& dice, const HealthGate::State& s) {
    auto e = random<HealthGate::BootObserved>(dice);
    e.boot = {s.boot.value + 1};
    e.active = static_cast<Slot>(1 + dice.below(2));
    e.good = Slot::a;
    e.trial = static_cast<Slot>(dice.below(3));
    e.tries_left = static_cast<std::uint8_t>(dice.below(4));
    e.checks = static_cast<std::uint8_t>(dice.below(5));
    e.required = dice.below(16);
    return e;
  }
  static Restarted restarted(Dice& dice, const HealthGate::State& s) {
    auto e = random<Restarted>(dice);
    e.boot = {s.boot.value + dice.below(2)};
    e.active = static_cast<Slot>(1 + dice.below(2));
    e.trial = static_cast<Slot>(dice.below(3));
    if (dice.below(6) != 0) e.trial_update = dice.below(3) ? trial(s) : return_of(s.update);
    if (dice.below(2) == 0) e.running = s.version;
    e.checks = static_cast<std::uint8_t>(dice.below(4));
    return e;
  }
  static TrialArmed armed(Dice& dice, const HealthGate::State&) {
    auto o = random<UpdateOutcome>(dice);
    o.update = {500 + dice.below(3)};
    return {o};
  }
  static HealthGate::GateLogRead logged(Dice& dice, const HealthGate::State& s) {
    auto e = random<HealthGate::GateLogRead>(dice);
    e.seq = s.log_seq + (dice.below(8) == 0 ? 0 : 1);
    e.boot = near(dice, s.boot);
    e.verdict = static_cast<GateVerdict>(dice.below(4) == 0 ? dice.below(4) : 1);
    e.update = dice.below(4) == 0 ? UpdateId{500 + dice.below(3)} : trial(s);
    return e;
  }
};

}  // namespace drydock::testing
