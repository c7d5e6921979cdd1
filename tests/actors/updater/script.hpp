#pragma once
// A long plausible life of an updater: orders, and how the work for them goes.
#include "actors/updater/machine.hpp"
#include "tests/support/fuzz.hpp"

namespace drydock::testing {

struct UpdaterScript {
  using M = Updater;

  Updater::Event next(Dice& dice, Driver<Updater>& driver) const {
    const Updater::State& s = driver.store();
    const std::uint64_t pick = dice.below(100);
    if (s.phase == Updater::Phase::idle || pick < 3) return InstallOrdered{random<Grant>(dice)};
    if (pick < 6) return InstallCancelled{s.update};
    if (pick < 9) return Restarted{};
    if (pick < 12) return outcome(dice, s);
    if (pick < 35) return driver.due(1);
    if (pick < 45 || s.phase == Updater::Phase::fetching)
      return dice.below(3) == 0 ? ended(dice, s) : Updater::Event{manifest(dice, s)};
    if (pick < 75 && s.phase == Updater::Phase::writing) return written(dice, s);
    return ended(dice, s);
  }

 private:
  static Updater::ManifestReady manifest(Dice& dice, const Updater::State& s) {
    return {s.update, static_cast<std::uint32_t>(dice.below(5))};
  }
  static Updater::ChunkWritten written(Dice& dice, const Updater::State& s) {
    const auto step = static_cast<std::uint32_t>(dice.below(3));
    return {s.update, dice.below(10) == 0 ? step : s.chunks_done + step};
  }
  static Updater::Event ended(Dice& dice, const Updater::State& s) {
    auto e = random<Updater::WorkEnded>(dice);
    e.update = s.update;
    e.work = s.work - (dice.below(12) == 0 ? 1 : 0);
    e.transient = dice.below(8) != 0;
    if (dice.below(2) == 0) e.reason = Reason::none;
    return e;
  }
  static Updater::Event outcome(Dice& dice, const Updater::State& s) {
    auto o = random<UpdateOutcome>(dice);
    o.update = s.update;
    if (dice.below(2) == 0) return Committed{o};
    return RolledBack{o};
  }
};

}  // namespace drydock::testing
