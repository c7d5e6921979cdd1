#pragma once
// The calendars of rollouts, worked out into instants and told to the planner, which compares
// instants only. Told again a day before they run out, and after every start, since the zone data
// may be newer.
#include <mutex>
#include <vector>

#include "messages/calendar.hpp"
#include "runtime/centre/machines.hpp"
#include "runtime/result.hpp"
#include "runtime/shell/turns.hpp"

namespace drydock::centre {

// For as long ahead as the list has room, at most 60 days. Refused: an unknown zone.
Result<ResolvedCalendar> resolved(const Calendar& calendar, WallTime now);

// Does some interval hold the whole life of a token?
bool ever_opens(const ResolvedCalendar& calendar, Duration token_expiry);

class Calendars {
 public:
  Calendars(Machines& machines, std::function<shell::Moment()> now)
      : machines_(machines), now_(std::move(now)) {}

  // All of them. Blocks on the planner and on the zone data.
  Status tell_all();
  // From a timer, one thread: those that run out within a day. Does not wait for the planner: what
  // it finds now is told at the next call.
  void tell_due();
  static void tell(Machines& machines, RolloutId rollout, const ResolvedCalendar& calendar);

 private:
  struct Known {
    RolloutId rollout;
    Calendar calendar;
    WallTime covered_until;
  };
  static std::vector<Known> known(const Planner::Store& store);
  void resolve_and_tell(const Known& one);

  Machines& machines_;
  std::function<shell::Moment()> now_;
  std::mutex mutex_;
  std::vector<Known> found_;
};

}  // namespace drydock::centre
