#include "runtime/windows/windows.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

#include <fcntl.h>

#include <date/tz.h>
#include <fmt/format.h>

#include "runtime/files/files.hpp"

namespace drydock::windows {
namespace {

using std::chrono::milliseconds;
using LocalMinutes = date::local_time<std::chrono::minutes>;
using Intervals = std::vector<Interval>;

constexpr Duration kBehind = hours(24);
constexpr std::chrono::minutes kDayLength = date::days(1);

date::sys_time<milliseconds> to_sys(WallTime t) {
  return date::sys_time<milliseconds>(milliseconds(t.value));
}

// The instant a local time means; the header says how skipped and repeated ones are read.
WallTime instant_of(const date::time_zone& zone, LocalMinutes local) {
  const date::local_info info = zone.get_info(local);
  if (info.result == date::local_info::nonexistent)
    return {milliseconds(info.first.end.time_since_epoch()).count()};
  return {milliseconds(local.time_since_epoch() - info.first.offset).count()};
}

date::local_days local_day_of(const date::time_zone& zone, WallTime t) {
  return date::floor<date::days>(zone.to_local(to_sys(t)));
}

// Every opening of one window that can touch [from, to].
void add_openings(const Window& window, const date::time_zone& zone, Interval span,
                  Intervals& into) {
  // A day earlier and later than the span: an opening may begin before it and run over midnight.
  const auto last = local_day_of(zone, span.end) + date::days(1);
  for (auto day = local_day_of(zone, span.start) - date::days(1); day <= last;
       day += date::days(1)) {
    const unsigned iso = date::weekday(day).iso_encoding();  // 1 is Monday
    if (!window.days.has(static_cast<Day>(iso - 1))) continue;
    const LocalMinutes start = LocalMinutes(day) + std::chrono::minutes(window.start.minutes);
    LocalMinutes end = LocalMinutes(day) + std::chrono::minutes(window.end.minutes);
    if (window.end <= window.start) end += kDayLength;
    const Interval opening{instant_of(zone, start), instant_of(zone, end)};
    if (opening.start < opening.end) into.push_back(opening);
  }
}

// Sorted, and joined where they overlap or touch.
Intervals merged(Intervals all) {
  std::sort(all.begin(), all.end());
  Intervals out;
  for (const Interval& next : all) {
    if (!out.empty() && next.start <= out.back().end)
      out.back().end = std::max(out.back().end, next.end);
    else
      out.push_back(next);
  }
  return out;
}

// What is in `open` and not in `closed`; both merged.
Intervals without(const Intervals& open, const Intervals& closed) {
  Intervals out;
  for (Interval rest : open) {
    for (const Interval& hole : closed) {
      if (hole.end <= rest.start || hole.start >= rest.end) continue;
      if (rest.start < hole.start) out.push_back({rest.start, hole.start});
      rest.start = std::min(hole.end, rest.end);
    }
    if (rest.start < rest.end) out.push_back(rest);
  }
  return out;
}

Intervals cut_to(const Intervals& all, Interval span) {
  Intervals out;
  for (Interval part : all) {
    part.start = std::max(part.start, span.start);
    part.end = std::min(part.end, span.end);
    if (part.start < part.end) out.push_back(part);
  }
  return out;
}

date::local_days day_of(Date d) {
  return date::local_days(date::year(d.year) / date::month(d.month) / date::day(d.day));
}

Intervals closed_by(const Spec& spec, const date::time_zone& zone) {
  Intervals out;
  for (const BlackOut& b : spec.black_outs) {
    const Interval closed{instant_of(zone, LocalMinutes(day_of(b.first))),
                          instant_of(zone, LocalMinutes(day_of(b.last) + date::days(1)))};
    if (closed.start < closed.end) out.push_back(closed);
  }
  return merged(std::move(out));
}

// The library knows no version when it reads the system's compiled zones, so it is taken from the
// source text that lies beside them: "# version 2025b".
std::string tzdata_version() {
  constexpr std::string_view path = "/usr/share/zoneinfo/tzdata.zi";
  constexpr std::string_view head = "# version ";
  constexpr std::size_t length_max = 32;
  auto file = files::open(std::string(path), O_RDONLY);
  auto text = file ? files::read_at(file->get(), length_max, 0, path) : Result<std::string>("");
  if (!text || !text->starts_with(head) || text->find('\n') == std::string::npos) return "unknown";
  return text->substr(head.size(), text->find('\n') - head.size());
}

Schedule resolve_or_throw(const Spec& spec, WallTime now) {
  const Interval span{{now.value - kBehind.value}, now + kAhead};
  const date::time_zone& zone = *date::locate_zone(spec.zone);
  Intervals open;
  if (spec.windows.empty()) open.push_back(span);
  for (const Window& window : spec.windows) {
    const auto* own = window.zone.empty() ? &zone : date::locate_zone(window.zone);
    add_openings(window, *own, span, open);
  }
  open = cut_to(without(merged(std::move(open)), closed_by(spec, zone)), span);
  std::erase_if(open, [&](const Interval& i) { return i.end <= now; });

  Schedule schedule{std::move(open), span.end, tzdata_version()};
  if (schedule.open.size() > kIntervalsMax) {
    schedule.covered_until = schedule.open[kIntervalsMax].start;
    schedule.open.resize(kIntervalsMax);
  }
  return schedule;
}

Error unknown_zone(const std::string& name) {
  return {ErrorKind::not_found,
          fmt::format("time zone \"{}\" is not in the system's zone data; name one such as "
                      "Europe/Berlin and see that the package tzdata is installed",
                      name)};
}

}  // namespace

Result<Schedule> resolve(const Spec& spec, WallTime now) {
  if (!zone_exists(spec.zone)) return unknown_zone(spec.zone);
  for (const Window& window : spec.windows)
    if (!window.zone.empty() && !zone_exists(window.zone)) return unknown_zone(window.zone);
  try {
    return resolve_or_throw(spec, now);
  } catch (const std::exception& e) {
    return Error{ErrorKind::io, fmt::format("reading the system's zone data: {}", e.what())};
  }
}

std::optional<Interval> current_or_next(const Schedule& schedule, WallTime at) {
  for (const Interval& i : schedule.open)
    if (at < i.end) return i;
  return std::nullopt;
}

bool is_open(const Schedule& schedule, WallTime at) {
  const auto interval = current_or_next(schedule, at);
  return interval && interval->start <= at && at < schedule.covered_until;
}

bool zone_exists(const std::string& name) {
  try {
    return date::locate_zone(name) != nullptr;
  } catch (const std::exception&) {
    return false;  // the library names a missing zone only by an exception
  }
}

}  // namespace drydock::windows
