#pragma once
// Maintenance windows of sites in several time zones, as an appliance's shell resolves them. Local
// clocks are put ahead by an hour at most once in a run.
#include "actors/scheduler/machine.hpp"
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

// The window that is open at this time, or the next one.
Scheduler::WindowResolved next_window(const Window& window, SiteId site, WallTime at);
// Is a window of this site open, or was or will it be within `grace`?
bool window_is_open(const Window& window, SiteId site, WallTime at, Duration grace);

}  // namespace drydock::sim
