#pragma once
// What a batch of runs must have seen at least once. A name that is never reached is a fault the
// model does not make, or a branch of a machine that nothing leads to: both are worth knowing.
#include <array>
#include <cstddef>
#include <string_view>

namespace drydock::sim::coverage {

inline constexpr auto names = std::to_array<std::string_view>({
    // the scheduler
    "an order to install is followed",
    "an install is cancelled",
    "an order is denied: cancelled",
    "an order is denied: expired",
    "an order is denied: clock not trusted",
    "an order is denied: replayed",
    "a trial is armed",
    "a trial is disarmed",
    "arming is refused",
    "the box is rebooted for its trial",
    "a check-in stays without an answer",
    "the clock steps",
    "a window opens later",
    // the updater
    "a slot is written from the beginning",
    "a slot is written on where it was cut",
    "a slot is read back",
    "work on a slot is stopped",
    "a download is tried again",
    "an install fails: wrong bytes",
    "an install fails: full disk",
    // the gate
    "a verdict at boot: passed",
    "a verdict at boot: failed",
    "a verdict at boot: fell back",
    "the gate falls back by itself",
    "a slot is committed",
    "a commit is asked for again",
    "a trial ends: check failed",
    "a trial ends: check unknown",
    "a trial ends: never came up",
    "a release fails in its soak",
    // reporter and healer
    "a report: order refused",
    "a report: install failed",
    "a report: rolled back",
    "a report: failed late",
    "a report: drifted",
    "a report: healed",
    "a report: escalated",
    "a check-in carries as many reports as it can",
    "a remedy is tried",
    // the planner
    "an install is proposed",
    "a token is proposed",
    "a deadline passes",
    "a token runs out that its appliance never had",
    "a fleet is counted",
    "a proposal is not decided",
    "an operator hears: done",
    "an operator hears: wrong phase",
    "an operator hears: not decided",
    "an answer says: up to date",
    "an answer says: ramp",
    "an answer says: site busy",
    "an answer says: halted",
    "an answer says: paused",
    "an answer says: failed before",
    "an answer says: in progress",
    "an answer says: clock unset",
    "an answer says: exposure",
    "an answer says: turn",
    "an answer says: pausing",
    "an answer carries an install",
    "an answer carries a token",
    // the world
    "the power is cut during a trial",
    "an agent is killed while root-helper works",
    "root-helper answers nobody",
    "the firmware falls back",
    "a message is lost",
    "a message comes twice",
    "an answer finds nobody waiting",
    "a download is cut off",
    "downloads of a site wait for each other",
    "the centre ends with check-ins waiting",
    "the centre is paused",
    "the centre forgets decisions",
    "the log refuses a decision",
    "the log takes what it said it did not know",
    "a health check lies",
    "a site closes for the night",
    "an appliance joins late",
    "a record cannot be appended",
    "a journal is lost",
    "a disk goes back",
    "the planner reads old rows",
    "a person boots the other slot",
    "an order is not believed",
    "a release wears out",
});

// Fails to compile for a name that is not in the list.
consteval std::size_t place_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return i;
  throw "SOMETIMES with a name that names.hpp does not have";
}

}  // namespace drydock::sim::coverage
