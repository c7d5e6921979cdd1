#include <boost/test/unit_test.hpp>

#include <date/date.h>

#include <sstream>

#include "runtime/windows/windows.hpp"

using namespace drydock;
using namespace drydock::windows;

namespace {

WallTime utc(const std::string& text) {  // "2026-03-29 01:00"
  std::istringstream in(text);
  date::sys_time<std::chrono::minutes> t;
  in >> date::parse("%F %R", t);
  BOOST_REQUIRE_MESSAGE(!in.fail(), text);
  return {std::chrono::milliseconds(t.time_since_epoch()).count()};
}

std::string text(WallTime t) {
  return date::format("%F %R",
                      date::sys_time<std::chrono::minutes>(std::chrono::minutes(t.value / 60'000)));
}

std::string text(const Interval& i) { return text(i.start) + " to " + text(i.end); }

TimeOfDay at(int hour, int minute = 0) { return {static_cast<std::uint16_t>(hour * 60 + minute)}; }

DaySet on(Day day) {
  DaySet set;
  set.add(day);
  return set;
}

Spec one(const std::string& zone, DaySet days, TimeOfDay start, TimeOfDay end) {
  Spec spec;
  spec.zone = zone;
  spec.windows.push_back({days, start, end, {}});
  return spec;
}

std::string first_open(const Spec& spec, const std::string& now) {
  const auto schedule = resolve(spec, utc(now));
  BOOST_REQUIRE(schedule);
  return schedule->open.empty() ? "never" : text(schedule->open.front());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows_suite)

BOOST_AUTO_TEST_CASE(no_windows_mean_one_interval_that_is_always_open) {
  const auto schedule = resolve(Spec{}, utc("2026-06-01 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_REQUIRE_EQUAL(schedule->open.size(), 1U);
  BOOST_TEST(text(schedule->open[0]) == "2026-05-31 12:00 to 2026-07-31 12:00");
  BOOST_TEST(is_open(*schedule, utc("2026-06-01 12:00")));
}

BOOST_AUTO_TEST_CASE(a_list_that_ran_out_means_closed) {
  const auto schedule = resolve(Spec{}, utc("2026-06-01 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_TEST(text(schedule->covered_until) == "2026-07-31 12:00");
  BOOST_TEST(!is_open(*schedule, utc("2026-07-31 12:00")));
  BOOST_TEST(!is_open(*schedule, utc("2027-01-01 00:00")));
}

BOOST_AUTO_TEST_CASE(an_interval_is_open_at_its_start_and_closed_at_its_end) {
  const auto schedule = resolve(one("UTC", DaySet::all(), at(2), at(4)), utc("2026-06-01 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_TEST(!is_open(*schedule, utc("2026-06-02 01:59")));
  BOOST_TEST(is_open(*schedule, utc("2026-06-02 02:00")));
  BOOST_TEST(is_open(*schedule, utc("2026-06-02 03:59")));
  BOOST_TEST(!is_open(*schedule, utc("2026-06-02 04:00")));
}

BOOST_AUTO_TEST_CASE(the_next_window_is_found_from_within_and_from_before_and_not_past_the_end) {
  const auto schedule = resolve(one("UTC", on(Day::monday), at(2), at(4)), utc("2026-06-01 00:00"));
  BOOST_REQUIRE(schedule);
  const auto next = [&](const std::string& now) {
    const auto interval = current_or_next(*schedule, utc(now));
    return interval ? text(*interval) : "none";
  };
  BOOST_TEST(next("2026-06-01 03:00") == "2026-06-01 02:00 to 2026-06-01 04:00");
  BOOST_TEST(next("2026-06-01 04:00") == "2026-06-08 02:00 to 2026-06-08 04:00");
  BOOST_TEST(next("2026-08-01 00:00") == "none");
}

BOOST_AUTO_TEST_CASE(the_day_of_a_window_over_midnight_is_the_day_it_opens) {
  const auto spec = one("UTC", on(Day::friday), at(22), at(4));
  // 2026-06-05 is a Friday.
  BOOST_TEST(first_open(spec, "2026-06-03 12:00") == "2026-06-05 22:00 to 2026-06-06 04:00");
  BOOST_TEST(first_open(spec, "2026-06-06 03:00") == "2026-06-05 22:00 to 2026-06-06 04:00");
  BOOST_TEST(first_open(spec, "2026-06-06 04:00") == "2026-06-12 22:00 to 2026-06-13 04:00");
}

BOOST_AUTO_TEST_CASE(the_day_of_a_window_is_taken_in_its_own_zone) {
  // Monday 01:00 in Auckland (UTC+12 in June) is Sunday 13:00 UTC.
  BOOST_TEST(first_open(one("Pacific/Auckland", on(Day::monday), at(1), at(2)),
                        "2026-06-06 00:00") == "2026-06-07 13:00 to 2026-06-07 14:00");
}

BOOST_AUTO_TEST_CASE(a_window_over_the_spring_change_is_an_hour_shorter) {
  // Berlin skips 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
  BOOST_TEST(first_open(one("Europe/Berlin", on(Day::saturday), at(22), at(4)),
                        "2026-03-28 12:00") == "2026-03-28 21:00 to 2026-03-29 02:00");
  // New York skips 02:00 to 03:00 on 2026-03-08, at 07:00 UTC.
  BOOST_TEST(first_open(one("America/New_York", on(Day::saturday), at(22), at(4)),
                        "2026-03-07 12:00") == "2026-03-08 03:00 to 2026-03-08 08:00");
}

BOOST_AUTO_TEST_CASE(a_window_over_the_autumn_change_is_an_hour_longer) {
  // Berlin repeats 02:00 to 03:00 on 2026-10-25, until 01:00 UTC.
  BOOST_TEST(first_open(one("Europe/Berlin", on(Day::saturday), at(22), at(4)),
                        "2026-10-24 12:00") == "2026-10-24 20:00 to 2026-10-25 03:00");
  // New York repeats 01:00 to 02:00 on 2026-11-01, until 06:00 UTC.
  BOOST_TEST(first_open(one("America/New_York", on(Day::saturday), at(22), at(4)),
                        "2026-10-31 12:00") == "2026-11-01 02:00 to 2026-11-01 09:00");
}

BOOST_AUTO_TEST_CASE(a_start_in_the_skipped_hour_means_the_moment_of_the_change) {
  BOOST_TEST(first_open(one("Europe/Berlin", on(Day::sunday), at(2, 30), at(4)),
                        "2026-03-28 12:00") == "2026-03-29 01:00 to 2026-03-29 02:00");
}

BOOST_AUTO_TEST_CASE(an_end_in_the_skipped_hour_means_the_moment_of_the_change) {
  BOOST_TEST(first_open(one("America/New_York", on(Day::sunday), at(1), at(2, 30)),
                        "2026-03-07 12:00") == "2026-03-08 06:00 to 2026-03-08 07:00");
}

BOOST_AUTO_TEST_CASE(a_window_wholly_in_the_skipped_hour_does_not_open_on_that_day) {
  BOOST_TEST(first_open(one("Europe/Berlin", on(Day::sunday), at(2, 10), at(2, 50)),
                        "2026-03-28 12:00") == "2026-04-05 00:10 to 2026-04-05 00:50");
}

BOOST_AUTO_TEST_CASE(a_repeated_time_means_its_first_coming) {
  const auto day = on(Day::sunday);
  BOOST_TEST(first_open(one("Europe/Berlin", day, at(2, 15), at(2, 45)), "2026-10-24 12:00") ==
             "2026-10-25 00:15 to 2026-10-25 00:45");
  BOOST_TEST(first_open(one("Europe/Berlin", day, at(2, 30), at(3)), "2026-10-24 12:00") ==
             "2026-10-25 00:30 to 2026-10-25 02:00");
  BOOST_TEST(first_open(one("America/New_York", day, at(0), at(1, 30)), "2026-10-31 12:00") ==
             "2026-11-01 04:00 to 2026-11-01 05:30");
}

BOOST_AUTO_TEST_CASE(overlapping_and_touching_windows_are_merged) {
  Spec spec = one("UTC", DaySet::all(), at(1), at(3));
  spec.windows.push_back({DaySet::all(), at(2), at(4), {}});
  spec.windows.push_back({DaySet::all(), at(4), at(5), {}});
  BOOST_TEST(first_open(spec, "2026-06-01 00:00") == "2026-06-01 01:00 to 2026-06-01 05:00");
}

BOOST_AUTO_TEST_CASE(whole_days_in_a_row_become_one_interval) {
  BOOST_TEST(first_open(one("UTC", DaySet::all(), at(0), kDayEnd), "2026-06-01 00:00") ==
             "2026-05-31 00:00 to 2026-07-31 00:00");
}

BOOST_AUTO_TEST_CASE(windows_of_two_zones_stand_side_by_side) {
  Spec spec = one("Europe/Berlin", on(Day::monday), at(2), at(3));
  spec.windows.push_back({on(Day::monday), at(2), at(3), "America/New_York"});
  const auto schedule = resolve(spec, utc("2026-06-07 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_REQUIRE(schedule->open.size() >= 2U);
  BOOST_TEST(text(schedule->open[0]) == "2026-06-08 00:00 to 2026-06-08 01:00");
  BOOST_TEST(text(schedule->open[1]) == "2026-06-08 06:00 to 2026-06-08 07:00");
}

BOOST_AUTO_TEST_CASE(a_black_out_cuts_its_local_days_out_of_a_window) {
  Spec spec = one("Europe/Berlin", DaySet::all(), at(22), at(4));
  spec.black_outs.push_back({{2026, 12, 24}, {2026, 12, 26}});
  const auto schedule = resolve(spec, utc("2026-12-23 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_REQUIRE(schedule->open.size() >= 2U);
  BOOST_TEST(text(schedule->open[0]) == "2026-12-23 21:00 to 2026-12-23 23:00");
  BOOST_TEST(text(schedule->open[1]) == "2026-12-26 23:00 to 2026-12-27 03:00");
}

BOOST_AUTO_TEST_CASE(a_black_out_holds_where_no_windows_are_configured) {
  Spec spec;
  spec.black_outs.push_back({{2026, 6, 3}, {2026, 6, 3}});
  const auto schedule = resolve(spec, utc("2026-06-01 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_REQUIRE_EQUAL(schedule->open.size(), 2U);
  BOOST_TEST(!is_open(*schedule, utc("2026-06-03 00:00")));
  BOOST_TEST(!is_open(*schedule, utc("2026-06-03 23:59")));
  BOOST_TEST(is_open(*schedule, utc("2026-06-04 00:00")));
}

BOOST_AUTO_TEST_CASE(overlapping_black_outs_close_once) {
  Spec spec;
  spec.black_outs.push_back({{2026, 6, 3}, {2026, 6, 5}});
  spec.black_outs.push_back({{2026, 6, 4}, {2026, 6, 8}});
  const auto schedule = resolve(spec, utc("2026-06-01 12:00"));
  BOOST_REQUIRE(schedule);
  BOOST_REQUIRE_EQUAL(schedule->open.size(), 2U);
  BOOST_TEST(text(schedule->open[1].start) == "2026-06-09 00:00");
}

BOOST_AUTO_TEST_CASE(more_intervals_than_the_limit_are_cut_and_the_reach_is_stated) {
  Spec spec;
  for (int hour = 0; hour < 24; hour += 2)
    spec.windows.push_back({DaySet::all(), at(hour), at(hour + 1), {}});
  const auto schedule = resolve(spec, utc("2026-06-01 00:00"));
  BOOST_REQUIRE(schedule);
  BOOST_TEST(schedule->open.size() == kIntervalsMax);
  // Twelve intervals a day: the 129th would open on the eleventh day at 16:00.
  BOOST_TEST(text(schedule->covered_until) == "2026-06-11 16:00");
  BOOST_TEST(!is_open(*schedule, utc("2026-06-11 16:00")));
  BOOST_TEST(is_open(*schedule, utc("2026-06-11 14:30")));
}

BOOST_AUTO_TEST_CASE(intervals_are_sorted_and_apart_over_a_change_of_the_clocks) {
  Spec spec = one("Europe/Berlin", DaySet::all(), at(1, 30), at(2, 30));
  spec.windows.push_back({DaySet::all(), at(2, 45), at(3, 15), {}});
  for (const char* now : {"2026-03-10 00:00", "2026-10-10 00:00"}) {
    const auto schedule = resolve(spec, utc(now));
    BOOST_REQUIRE(schedule);
    for (std::size_t i = 0; i < schedule->open.size(); ++i) {
      BOOST_TEST(schedule->open[i].start.value < schedule->open[i].end.value);
      if (i > 0) BOOST_TEST(schedule->open[i - 1].end.value < schedule->open[i].start.value);
    }
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_zone_is_refused_by_name) {
  const auto schedule =
      resolve(one("Europe/Atlantis", DaySet::all(), at(1), at(2)), utc("2026-06-01 00:00"));
  BOOST_REQUIRE(!schedule);
  BOOST_TEST(schedule.error().text.find("Europe/Atlantis") != std::string::npos);
  BOOST_TEST(!zone_exists("../../etc/passwd"));
  BOOST_TEST(!zone_exists(""));
  BOOST_TEST(zone_exists("America/New_York"));
}

BOOST_AUTO_TEST_CASE(the_version_of_the_zone_data_is_stated) {
  const auto schedule = resolve(Spec{}, utc("2026-06-01 00:00"));
  BOOST_REQUIRE(schedule);
  BOOST_TEST(schedule->tzdata.size() >= 5U);  // a year and a letter
  BOOST_TEST(schedule->tzdata != "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
