#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

#include "runtime/observe/metrics.hpp"
#include "runtime/observe/progress.hpp"

using namespace drydock;
using namespace drydock::observe;

namespace {
bool shows(const Metrics& metrics, const std::string& line) {
  return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(observe_metrics)

BOOST_AUTO_TEST_CASE(a_counter_adds_up_and_shows_its_help_and_kind) {
  Metrics metrics;
  const auto checkins = metrics.counter("drydock_checkins_total", "Check-ins answered.");
  checkins.add();
  checkins.add(4);
  BOOST_TEST(shows(metrics, "# HELP drydock_checkins_total Check-ins answered."));
  BOOST_TEST(shows(metrics, "# TYPE drydock_checkins_total counter"));
  BOOST_TEST(shows(metrics, "drydock_checkins_total 5"));
}

BOOST_AUTO_TEST_CASE(a_gauge_shows_its_last_value) {
  Metrics metrics;
  const auto gauge = metrics.gauge("drydock_in_flight", "Grants in flight.");
  gauge.set(7);
  gauge.set(-2);
  BOOST_TEST(shows(metrics, "drydock_in_flight -2"));
}

BOOST_AUTO_TEST_CASE(the_same_name_and_labels_are_the_same_series) {
  Metrics metrics;
  for (int i = 0; i < 3; ++i) metrics.counter("drydock_x_total", "X.", {{"kind", "a"}}).add();
  metrics.counter("drydock_x_total", "X.", {{"kind", "b"}}).add();
  BOOST_TEST(shows(metrics, "drydock_x_total{kind=\"a\"} 3"));
  BOOST_TEST(shows(metrics, "drydock_x_total{kind=\"b\"} 1"));
}

BOOST_AUTO_TEST_CASE(label_values_from_outside_are_escaped) {
  Metrics metrics;
  metrics.counter("drydock_x_total", "X.", {{"peer", "a\"b\\c\nd"}}).add();
  BOOST_TEST(shows(metrics, R"(drydock_x_total{peer="a\"b\\c\nd"} 1)"));
}

BOOST_AUTO_TEST_CASE(series_beyond_the_bound_share_one_and_the_sum_stays_true) {
  Metrics metrics;
  const auto count = Metrics::kSeriesMax + 500;
  for (std::size_t i = 0; i < count; ++i)
    metrics.counter("drydock_x_total", "X.", {{"peer", std::to_string(i)}}).add();
  BOOST_TEST(shows(metrics, "drydock_x_total{peer=\"999\"} 1"));
  BOOST_TEST(shows(metrics, "drydock_x_total{peer=\"other\"} 500"));
  BOOST_TEST(metrics.text().find("peer=\"1000\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(many_threads_lose_no_count) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&metrics] {
      for (int i = 0; i < 1000; ++i)
        metrics.counter("drydock_x_total", "X.", {{"n", std::to_string(i % 3)}}).add();
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(shows(metrics, "drydock_x_total{n=\"0\"} 1336"));
}

BOOST_AUTO_TEST_CASE(an_actors_age_is_the_time_since_its_last_mark) {
  Progress progress;
  const auto updater = progress.actor("updater", Instant{1000});
  progress.actor("healer", Instant{2000});
  updater.mark(Instant{61'000});
  const auto ages = progress.ages(Instant{62'500});
  BOOST_REQUIRE_EQUAL(ages.size(), 2U);
  BOOST_TEST(ages[0].actor == "updater");
  BOOST_TEST(ages[0].age.value == 1500);
  BOOST_TEST(ages[1].age.value == 60'500);
}

BOOST_AUTO_TEST_CASE(an_actor_that_never_marked_is_stuck_after_the_limit) {
  Progress progress;
  progress.actor("healer", Instant{0});
  BOOST_TEST(progress.stuck(Instant{60'000}, seconds(60)).empty());
  BOOST_REQUIRE_EQUAL(progress.stuck(Instant{60'001}, seconds(60)).size(), 1U);
}

BOOST_AUTO_TEST_CASE(a_restarted_actor_keeps_one_line_and_its_old_marks_do_not_count) {
  Progress progress;
  const auto old = progress.actor("updater", Instant{0});
  progress.actor("updater", Instant{5000});
  old.mark(Instant{9000});
  const auto ages = progress.ages(Instant{10'000});
  BOOST_REQUIRE_EQUAL(ages.size(), 1U);
  BOOST_TEST(ages[0].age.value == 5000);
}

BOOST_AUTO_TEST_CASE(a_mark_later_than_the_readers_clock_is_age_zero) {
  Progress progress;
  progress.actor("updater", Instant{0}).mark(Instant{500});
  BOOST_TEST(progress.ages(Instant{400})[0].age.value == 0);
}

BOOST_AUTO_TEST_CASE(ages_are_published_as_metrics) {
  Metrics metrics;
  Progress progress;
  progress.actor("updater", Instant{0});
  progress.publish(metrics, Instant{90'500});
  BOOST_TEST(shows(metrics, "drydock_actor_progress_age_seconds{actor=\"updater\"} 90"));
}

BOOST_AUTO_TEST_SUITE_END()
