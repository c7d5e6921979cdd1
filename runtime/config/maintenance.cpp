// The section `maintenance`: windows, black-outs and their zone.
#include <array>
#include <chrono>

#include "runtime/config/document.hpp"
#include "runtime/windows/windows.hpp"

namespace drydock::config {
namespace {

using windows::BlackOut;
using windows::Date;
using windows::Day;
using windows::TimeOfDay;
using windows::Window;

constexpr std::array<Word<Day>, windows::kDays> kDayWords{{{"mon", Day::monday},
                                                           {"tue", Day::tuesday},
                                                           {"wed", Day::wednesday},
                                                           {"thu", Day::thursday},
                                                           {"fri", Day::friday},
                                                           {"sat", Day::saturday},
                                                           {"sun", Day::sunday}}};

Read days(windows::DaySet& out) {
  return [&out](const Value& value) {
    std::vector<Day> found;
    list<Day>(found, {1, windows::kDays},
              [](Day& day) { return choice<Day>(day, kDayWords); })(value);
    out = {};
    for (const Day day : found) out.add(day);
  };
}

// Two numbers around a mark: "22:00".
std::optional<TimeOfDay> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = parse_whole(text.substr(0, 2));
  const auto minute = parse_whole(text.substr(3));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > windows::kDayEnd.minutes)
    return std::nullopt;
  return TimeOfDay{static_cast<std::uint16_t>(*hour * 60 + *minute)};
}

Read time_of_day(TimeOfDay& out) {
  return [&out](const Value& value) {
    constexpr std::string_view accepted = "a time from 00:00 to 24:00, such as 22:00";
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    if (const auto time = parse_time(*found))
      out = *time;
    else
      value.refuse(accepted);
  };
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_whole(text.substr(0, 4));
  const auto month = parse_whole(text.substr(5, 2));
  const auto day = parse_whole(text.substr(8));
  if (!year || !month || !day || *year < 1970) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Date{static_cast<std::int16_t>(*year), static_cast<std::uint8_t>(*month),
              static_cast<std::uint8_t>(*day)};
}

Read date(Date& out) {
  return [&out](const Value& value) {
    constexpr std::string_view accepted = "a date that exists, such as 2026-12-24";
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    if (const auto parsed = parse_date(*found))
      out = *parsed;
    else
      value.refuse(accepted);
  };
}

Read zone(std::string& out) {
  return [&out](const Value& value) {
    constexpr std::string_view accepted =
        "a time zone of the system's zone data, such as Europe/Berlin or UTC";
    const std::string* found = value.scalar(accepted);
    if (found == nullptr) return;
    if (windows::zone_exists(*found))
      out = *found;
    else
      value.refuse(accepted);
  };
}

void read_window(const Value& value, Window& out) {
  read_map(value, {{"days", days(out.days)},
                   {"start", time_of_day(out.start), Presence::required},
                   {"end", time_of_day(out.end), Presence::required},
                   {"zone", zone(out.zone)}});
  if (out.start == out.end)
    value.problem("start and end are the same; for a whole day write 00:00 and 24:00");
  if (out.start == windows::kDayEnd)
    value.problem("a window cannot start at 24:00; write 00:00 and the next day");
}

void read_black_out(const Value& value, BlackOut& out) {
  read_map(value, {{"first", date(out.first), Presence::required},
                   {"last", date(out.last), Presence::required}});
  if (out.last < out.first) value.problem("the last day lies before the first");
}

}  // namespace

void read_maintenance(const Value& value, windows::Spec& out) {
  const auto each_window = [](Window& w) { return section(w, read_window); };
  const auto each_black_out = [](BlackOut& b) { return section(b, read_black_out); };
  read_map(value, {{"time_zone", zone(out.zone)},
                   {"windows", list<Window>(out.windows, {0, windows::kWindowsMax}, each_window)},
                   {"black_outs",
                    list<BlackOut>(out.black_outs, {0, windows::kBlackOutsMax}, each_black_out)}});
}

}  // namespace drydock::config
