#pragma once
// When the reboots of a rollout may be asked for: local hours and days as a person writes them, and
// the instants that the shell makes of them. Machines compare instants only.
#include "messages/fields.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock {

// On each of these days from start to end; an end that is not later lies on the next day.
struct LocalHours {
  static constexpr const char* name = "LocalHours";
  std::uint8_t days = 0;                // bit 0: Monday
  std::uint16_t start = 0, end = 1440;  // minutes since local midnight
  static constexpr auto fields() {
    return std::tuple{field<1>("days", &LocalHours::days), field<2>("start", &LocalHours::start),
                      field<3>("end", &LocalHours::end)};
  }
  friend bool operator==(const LocalHours&, const LocalHours&) = default;
};

// Closed on every local day from first to last, both included.
struct BlackOut {
  static constexpr const char* name = "BlackOut";
  std::uint32_t first = 0, last = 0;  // 20261224
  static constexpr auto fields() {
    return std::tuple{field<1>("first", &BlackOut::first), field<2>("last", &BlackOut::last)};
  }
  friend bool operator==(const BlackOut&, const BlackOut&) = default;
};

struct Calendar {
  static constexpr const char* name = "Calendar";
  static constexpr std::size_t hours_max = 8, black_outs_max = 16;
  Text<40> zone;                      // IANA
  List<LocalHours, hours_max> hours;  // none: at all hours
  List<BlackOut, black_outs_max> black_outs;
  bool always_open() const { return hours.empty() && black_outs.empty(); }
  static constexpr auto fields() {
    return std::tuple{field<1>("zone", &Calendar::zone), field<2>("hours", &Calendar::hours),
                      field<3>("black_outs", &Calendar::black_outs)};
  }
  friend bool operator==(const Calendar&, const Calendar&) = default;
};

struct OpenInterval {  // [opens, closes)
  static constexpr const char* name = "OpenInterval";
  WallTime opens, closes;
  static constexpr auto fields() {
    return std::tuple{field<1>("opens", &OpenInterval::opens),
                      field<2>("closes", &OpenInterval::closes)};
  }
  friend bool operator==(const OpenInterval&, const OpenInterval&) = default;
};

// A calendar, worked out for the time to come. What lies beyond `covered_until` counts as closed.
struct ResolvedCalendar {
  static constexpr const char* name = "ResolvedCalendar";
  static constexpr std::size_t intervals_max = 32;
  List<OpenInterval, intervals_max> open;  // sorted, apart from each other
  WallTime covered_until;
  Text<16> tzdata;  // version of the zone data
  static constexpr auto fields() {
    return std::tuple{field<1>("open", &ResolvedCalendar::open),
                      field<2>("covered_until", &ResolvedCalendar::covered_until),
                      field<3>("tzdata", &ResolvedCalendar::tzdata)};
  }
  friend bool operator==(const ResolvedCalendar&, const ResolvedCalendar&) = default;
};

}  // namespace drydock
