#include "runtime/centre/calendars.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

#include "runtime/windows/windows.hpp"

namespace drydock::centre {
namespace {

constexpr Duration tell_ahead = hours(24);

windows::Date date_of(std::uint32_t number) {
  return {static_cast<std::int16_t>(number / 10'000), static_cast<std::uint8_t>(number / 100 % 100),
          static_cast<std::uint8_t>(number % 100)};
}

windows::Spec spec_of(const Calendar& calendar) {
  windows::Spec spec;
  spec.zone = std::string(calendar.zone.view());
  for (const LocalHours& each : calendar.hours)
    spec.windows.push_back({windows::DaySet{each.days}, {each.start}, {each.end}, {}});
  for (const BlackOut& each : calendar.black_outs)
    spec.black_outs.push_back({date_of(each.first), date_of(each.last)});
  return spec;
}

}  // namespace

Result<ResolvedCalendar> resolved(const Calendar& calendar, WallTime now) {
  const auto schedule = windows::resolve(spec_of(calendar), now);
  if (!schedule) return schedule.error();
  ResolvedCalendar out;
  out.covered_until = schedule->covered_until;
  out.tzdata = std::string_view(schedule->tzdata);
  for (const windows::Interval& each : schedule->open) {
    if (each.end <= now) continue;
    if (out.open.full()) {
      out.covered_until = out.open[out.open.size() - 1].closes;
      break;
    }
    out.open.add({each.start, each.end});
  }
  return out;
}

bool ever_opens(const ResolvedCalendar& calendar, Duration token_expiry) {
  return std::any_of(calendar.open.begin(), calendar.open.end(), [&](const OpenInterval& each) {
    return each.opens + token_expiry <= std::min(each.closes, calendar.covered_until);
  });
}

void Calendars::tell(Machines& machines, RolloutId rollout, const ResolvedCalendar& calendar) {
  machines.tell(Planner::Event{Planner::CalendarResolved{rollout, calendar}});
}

std::vector<Calendars::Known> Calendars::known(const Planner::Store& store) {
  std::vector<Known> all;
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
    const planner::Rollout& rollout = store.rollouts.row(i);
    if (rollout.spec.calendar.always_open() || rollout.phase == planner::RolloutPhase::halted)
      continue;
    const ResolvedCalendar* told = store.calendars.get(store.rollouts.key(i));
    all.push_back({store.rollouts.key(i), rollout.spec.calendar,
                   told == nullptr ? WallTime{} : told->covered_until});
  }
  return all;
}

void Calendars::resolve_and_tell(const Known& one) {
  const auto calendar = resolved(one.calendar, now_().wall);
  if (calendar) return tell(machines_, one.rollout, *calendar);
  spdlog::error("rollout {}: its windows cannot be worked out and stay closed: {}",
                one.rollout.value, calendar.error().text);
}

Status Calendars::tell_all() {
  const auto all = copied<Planner>(machines_, known);
  if (!all) return Error{ErrorKind::timed_out, "the planner did not say which calendars it has"};
  for (const Known& one : *all) resolve_and_tell(one);
  return Done{};
}

void Calendars::tell_due() {
  std::vector<Known> due;
  {
    const std::lock_guard lock(mutex_);
    due.swap(found_);
  }
  for (const Known& one : due) resolve_and_tell(one);
  machines_.look(std::function<void(const Planner::Store&)>([this](const Planner::Store& store) {
    auto all = known(store);
    const WallTime soon = now_().wall + tell_ahead;
    std::erase_if(all, [&](const Known& one) { return one.covered_until > soon; });
    const std::lock_guard lock(mutex_);
    found_ = std::move(all);
  }));
}

}  // namespace drydock::centre
