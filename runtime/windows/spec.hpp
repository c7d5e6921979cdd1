#pragma once
// What a person writes about maintenance: on which local days and hours the appliance may be
// disturbed, and on which dates never. Plain values; runtime/config reads them from YAML and
// windows.hpp turns them into instants.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace drydock::windows {

enum class Day : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };
inline constexpr std::size_t kDays = 7;

struct DaySet {  // bit n is the Day with value n
  std::uint8_t bits = 0;
  static constexpr DaySet all() { return {0x7F}; }
  constexpr void add(Day day) { bits = static_cast<std::uint8_t>(bits | (1U << unsigned(day))); }
  constexpr bool has(Day day) const { return (bits & (1U << unsigned(day))) != 0; }
  friend constexpr bool operator==(DaySet, DaySet) = default;
};

struct TimeOfDay {  // minutes since local midnight as the wall shows them; 1440 is 24:00
  std::uint16_t minutes = 0;
  friend constexpr auto operator<=>(TimeOfDay, TimeOfDay) = default;
};
inline constexpr TimeOfDay kDayEnd{1440};

// Opens at `start` on each of `days`. An `end` that is not later than `start` lies on the next day,
// so the days are always those on which the window opens.
struct Window {
  DaySet days = DaySet::all();
  TimeOfDay start;
  TimeOfDay end = kDayEnd;
  std::string zone;  // IANA name; empty takes the one of the Spec
};

struct Date {  // a day of the Gregorian calendar; whoever builds one checks that it exists
  std::int16_t year = 1970;
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  friend constexpr auto operator<=>(const Date&, const Date&) = default;
};

struct BlackOut {  // closed on every local day from first to last, both included
  Date first;
  Date last;
};

inline constexpr std::size_t kWindowsMax = 32;
inline constexpr std::size_t kBlackOutsMax = 64;

struct Spec {  // no windows: always open, but for the black-outs
  std::string zone = "UTC";
  std::vector<Window> windows;       // at most kWindowsMax
  std::vector<BlackOut> black_outs;  // at most kBlackOutsMax; in the zone of the Spec
  bool always_open() const { return windows.empty() && black_outs.empty(); }
};

}  // namespace drydock::windows
