#pragma once
// A rollout's calendar out of a request, and back.
#include "messages/calendar.hpp"
#include "runtime/centre/json_input.hpp"

namespace drydock::centre {

// Absent: always open. An unknown zone, an hour or a date that does not exist is a problem of `in`.
Calendar read_calendar(JsonInput& in);
nlohmann::ordered_json calendar_json(const Calendar& calendar);  // null: always open

}  // namespace drydock::centre
