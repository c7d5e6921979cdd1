// Calendars of rollouts: from a request to instants.
#include <boost/test/unit_test.hpp>

#include "runtime/centre/calendar_input.hpp"
#include "runtime/centre/calendars.hpp"

namespace drydock::centre::test {
namespace {

constexpr WallTime mid_october{1'792'065'600'000};  // 2026-10-15 08:00 UTC

Calendar nights() {
  Calendar calendar;
  calendar.zone = "Europe/Berlin";
  calendar.hours.add({0x7F, 22 * 60, 4 * 60});
  return calendar;
}

std::string problem_of(const nlohmann::json& calendar) {
  JsonInput in = JsonInput::of(nlohmann::json{{"calendar", calendar}}.dump());
  (void)read_calendar(in);
  const auto done = in.done();
  return done ? "" : done.error().text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calendars)

BOOST_AUTO_TEST_CASE(a_window_over_midnight_follows_the_zone_through_the_change_of_clocks) {
  const auto calendar = resolved(nights(), mid_october);
  BOOST_REQUIRE(calendar.ok());
  const auto opens_of_day = [&](const OpenInterval& each) { return each.opens.value % 86'400'000; };
  const auto& open = calendar->open;
  BOOST_REQUIRE(open.size() == ResolvedCalendar::intervals_max);
  BOOST_TEST(opens_of_day(open[0]) == hours(20).value);                // summer: UTC+2
  BOOST_TEST(opens_of_day(open[open.size() - 1]) == hours(21).value);  // winter: UTC+1
  bool longer = false;
  for (const OpenInterval& each : open) longer = longer || each.closes - each.opens == hours(7);
  BOOST_TEST(longer);  // the night of 25 October has an hour more
}

BOOST_AUTO_TEST_CASE(what_has_no_room_in_the_list_is_said_not_to_be_covered) {
  const auto calendar = resolved(nights(), mid_october);
  BOOST_REQUIRE(calendar.ok());
  BOOST_TEST((calendar->covered_until == calendar->open[31].closes));
}

BOOST_AUTO_TEST_CASE(a_black_out_takes_its_days_out) {
  Calendar calendar = nights();
  calendar.black_outs.add({20261016, 20261017});
  const auto out = resolved(calendar, mid_october);
  BOOST_REQUIRE(out.ok());
  const WallTime begins{1'792'101'600'000}, ends{1'792'274'400'000};  // midnights of Berlin
  for (const OpenInterval& each : out->open)
    BOOST_TEST((each.closes <= begins || each.opens >= ends));
}

BOOST_AUTO_TEST_CASE(a_window_shorter_than_a_token_never_opens) {
  Calendar calendar = nights();
  calendar.hours.clear();
  calendar.hours.add({0x7F, 60, 65});
  const auto out = resolved(calendar, mid_october);
  BOOST_REQUIRE(out.ok());
  BOOST_TEST(!ever_opens(*out, minutes(10)));
  BOOST_TEST(ever_opens(*out, minutes(5)));
}

BOOST_AUTO_TEST_CASE(a_calendar_is_read_as_it_was_written) {
  Calendar calendar = nights();
  calendar.black_outs.add({20261224, 20261231});
  JsonInput in = JsonInput::of(nlohmann::json{{"calendar", calendar_json(calendar)}}.dump());
  BOOST_TEST((read_calendar(in) == calendar));
  BOOST_TEST(in.done().ok());
  JsonInput none = JsonInput::of("{}");
  BOOST_TEST(read_calendar(none).always_open());
}

BOOST_AUTO_TEST_CASE(what_is_no_calendar_is_refused_with_its_key) {
  const auto says = [](const nlohmann::json& calendar, const std::string& part) {
    const std::string text = problem_of(calendar);
    BOOST_TEST(text.find(part) != std::string::npos, text);
  };
  says({{"zone", "Mars/Olympus"}}, "\"zone\"");
  says({{"zone", "UTC"}, {"hours", {{{"days", 0}, {"start", 0}, {"end", 60}}}}}, "\"days\"");
  says({{"zone", "UTC"}, {"hours", {{{"days", 1}, {"start", 1440}, {"end", 60}}}}}, "\"start\"");
  says({{"zone", "UTC"}, {"hours", {{{"days", 1}, {"start", 60}}}}}, "\"end\" is missing");
  says({{"zone", "UTC"}, {"hours", {{{"days", 1}, {"start", 60}, {"end", 60}}}}}, "the same");
  says({{"zone", "UTC"}, {"black_outs", {{{"first", 20260230}, {"last", 20260301}}}}}, "\"first\"");
  says({{"zone", "UTC"}, {"black_outs", {{{"first", 20260302}, {"last", 20260301}}}}}, "before");
  says({{"zone", "UTC"}, {"night", 1}}, "unknown key");
  says({{"zone", "UTC"}, {"hours", nlohmann::json::array_t(9, nlohmann::json::object())}},
       "at most 8");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace drydock::centre::test
