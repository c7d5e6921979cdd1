#pragma once
// Turn: everything a step may know of time and chance. The shell reads the clocks once a turn.
#include "runtime/kernel/dice.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock {

struct Turn {
  Instant up;     // every timer and duration uses this
  WallTime wall;  // windows and expiries only
  WallTrust wall_trust = WallTrust::unset;
  mutable Dice dice;  // drawing is no change of the turn
};

}  // namespace drydock
