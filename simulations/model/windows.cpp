#include "simulations/model/windows.hpp"

#include "simulations/model/ground.hpp"

namespace drydock::sim {
namespace {

constexpr Duration day = hours(24), summer_hour = hours(1);

Duration zone_of(const Window& window, SiteId site) {
  if (window.zones.empty()) return {};
  return window.zones[site.value % window.zones.size()];
}

// The local clock at this time, and the time at which it says so: the later one, where an hour is
// left out.
WallTime local(const Window& window, SiteId site, WallTime at) {
  const bool summer =
      window.summer.value != INT64_MAX && at >= Ground::midnight + Duration{window.summer.value};
  return at + zone_of(window, site) + (summer ? summer_hour : Duration{});
}
WallTime universal(const Window& window, SiteId site, WallTime clock) {
  const WallTime winter{clock.value - zone_of(window, site).value};
  if (local(window, site, winter) == clock) return winter;
  const WallTime in_summer{winter.value - summer_hour.value};
  return local(window, site, in_summer) == clock ? in_summer : winter;
}

}  // namespace

Scheduler::WindowResolved next_window(const Window& window, SiteId site, WallTime at) {
  if (window.always) return {{}, {}, true};
  // The window of the day before may reach into this one.
  const std::int64_t today = local(window, site, at).value / day.value;
  WallTime opens{(today - 1) * day.value + window.opens.value};
  while (universal(window, site, opens + window.length) <= at) opens = opens + day;
  return {universal(window, site, opens), universal(window, site, opens + window.length), false};
}

bool window_is_open(const Window& window, SiteId site, WallTime at, Duration grace) {
  if (window.always) return true;
  const auto next = next_window(window, site, WallTime{at.value - grace.value});
  return next.opens <= at + grace;
}

}  // namespace drydock::sim
