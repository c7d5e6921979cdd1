#include "runtime/centre/calendar_input.hpp"

#include <chrono>

#include "runtime/windows/windows.hpp"

namespace drydock::centre {
namespace {

std::uint32_t whole(JsonInput& in, const char* key, std::int64_t min, std::int64_t max) {
  if (!in.has(key)) in.problem("\"" + std::string(key) + "\" is missing");
  return static_cast<std::uint32_t>(in.number(key, min, min, max));
}

std::uint32_t date(JsonInput& in, const char* key) {
  const std::uint32_t number = whole(in, key, 19700101, 99991231);
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number / 10'000)),
                                        std::chrono::month(number / 100 % 100),
                                        std::chrono::day(number % 100)};
  if (!day.ok())
    in.problem("\"" + std::string(key) + "\" must be a date that exists, such as 20261224");
  return number;
}

LocalHours read_hours(JsonInput& in) {
  LocalHours hours;
  hours.days = static_cast<std::uint8_t>(whole(in, "days", 1, 0x7F));
  hours.start = static_cast<std::uint16_t>(whole(in, "start", 0, windows::kDayEnd.minutes - 1));
  hours.end = static_cast<std::uint16_t>(whole(in, "end", 0, windows::kDayEnd.minutes));
  if (hours.start == hours.end) in.problem("\"start\" and \"end\" are the same");
  return hours;
}

BlackOut read_black_out(JsonInput& in) {
  BlackOut days{date(in, "first"), date(in, "last")};
  if (days.last < days.first) in.problem("\"last\" lies before \"first\"");
  return days;
}

template <class List, class Read>
void read_each(JsonInput& outer, const char* key, List& into, Read read) {
  for (JsonInput& item : outer.objects(key, List::capacity)) {
    into.add(read(item));
    (void)item.done();  // finds unknown keys
    outer.adopt(item);
  }
}

}  // namespace

Calendar read_calendar(JsonInput& outer) {
  Calendar calendar;
  if (!outer.has("calendar")) return calendar;
  JsonInput in = outer.object("calendar");
  const std::string zone = in.text("zone", Text<40>::capacity);
  if (!windows::zone_exists(zone))
    in.problem("\"zone\" must be a time zone of the centre's zone data, such as Europe/Berlin");
  calendar.zone = std::string_view(zone);
  read_each(in, "hours", calendar.hours, read_hours);
  read_each(in, "black_outs", calendar.black_outs, read_black_out);
  (void)in.done();
  outer.adopt(in);
  return calendar;
}

nlohmann::ordered_json calendar_json(const Calendar& calendar) {
  using Json = nlohmann::ordered_json;
  if (calendar.always_open()) return nullptr;
  Json hours = Json::array(), black_outs = Json::array();
  for (const LocalHours& each : calendar.hours)
    hours.push_back({{"days", each.days}, {"start", each.start}, {"end", each.end}});
  for (const BlackOut& each : calendar.black_outs)
    black_outs.push_back({{"first", each.first}, {"last", each.last}});
  return {{"zone", calendar.zone.view()},
          {"hours", std::move(hours)},
          {"black_outs", std::move(black_outs)}};
}

}  // namespace drydock::centre
