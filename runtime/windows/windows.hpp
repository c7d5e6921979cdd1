#pragma once
// From local hours to instants. Machines compare instants only; this is where an IANA zone, its
// summer time, a window over midnight and the black-outs are worked out, for 60 days ahead, from
// the system's zone data.
//
// Local times that a change of the clocks makes odd:
//   - a time that the clocks skip (spring) means the moment of the change; a window that lies
//   wholly
//     within the skipped hour does not open on that day;
//   - a time that comes twice (autumn) means its first coming, for a start and for an end.
//
// Safe from any thread. Blocks while a zone is read from /usr/share/zoneinfo for the first time;
// the zone data is read once in the life of the process.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"
#include "runtime/windows/spec.hpp"

namespace drydock::windows {

struct Interval {  // [start, end): open at start, closed at end
  WallTime start;
  WallTime end;
  friend constexpr auto operator<=>(const Interval&, const Interval&) = default;
};

inline constexpr Duration kAhead = hours(60 * 24);
inline constexpr std::size_t kIntervalsMax = 128;

struct Schedule {
  std::vector<Interval> open;  // sorted, apart from each other, at most kIntervalsMax
  // Up to here the list is complete. A reader treats every later instant as closed.
  WallTime covered_until;
  std::string tzdata;  // version of the zone data, such as "2025b"; "unknown" when it has none
};

// The open intervals that touch [now, now + kAhead). They are cut at one day before `now`, so that
// a clock which steps back a little still finds itself inside, and at the end of that time.
// Refused: an unknown zone. More than kIntervalsMax intervals: the first ones, and covered_until
// says how far they reach.
Result<Schedule> resolve(const Spec& spec, WallTime now);

// The interval that is open at `at`, or the next one after it; none when the list holds no more.
std::optional<Interval> current_or_next(const Schedule& schedule, WallTime at);

// Whether `at` lies in an open interval that the schedule covers.
bool is_open(const Schedule& schedule, WallTime at);

// Whether the system's zone data knows this IANA name.
bool zone_exists(const std::string& name);

}  // namespace drydock::windows
