#pragma once
// When a rollout may ask for reboots: its calendar, as the shell has worked it out.
#include "actors/planner/machine.hpp"

namespace drydock::planner {

struct WindowNow {
  bool open = true;
  WallTime opens;            // closed: when it opens; 0: not known
  bool clock_unset = false;  // closed for want of a time
};

// A token is given only if all of its life lies in the window. A clock that is not set, and a list
// that is missing or ran out, mean closed.
WindowNow window_now(const Planner::Store& store, RolloutId rollout, const Turn& now) noexcept;

}  // namespace drydock::planner
