#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

#include "tests/runtime/clock/fake_host.hpp"

using namespace drydock;
using namespace drydock::clock;

namespace {
bool is(WallTrust a, WallTrust b) { return a == b; }
}  // namespace

BOOST_AUTO_TEST_SUITE(clock_trust)

BOOST_AUTO_TEST_CASE(a_clock_nobody_vouches_for_is_unset) {
  FakeHost host;
  BOOST_TEST(is(host.open().read().trust, WallTrust::unset));
}

BOOST_AUTO_TEST_CASE(a_clock_before_2026_is_unset_whoever_vouches) {
  FakeHost host;
  host.wall = {kEarliestWall.value - 1};
  host.sync.synchronised = true;
  auto clock = host.open();
  BOOST_TEST(clock.centre_said(host.wall));
  BOOST_TEST(is(clock.read().trust, WallTrust::unset));
}

BOOST_AUTO_TEST_CASE(a_kernel_that_is_synchronised_makes_the_clock_synchronised) {
  FakeHost host;
  host.sync.synchronised = true;
  BOOST_TEST(is(host.open().read().trust, WallTrust::synchronised));
}

BOOST_AUTO_TEST_CASE(a_centre_that_agrees_makes_the_clock_plausible) {
  FakeHost host;
  auto clock = host.open();
  BOOST_TEST(clock.centre_said(host.wall + minutes(5)));
  BOOST_TEST(is(clock.read().trust, WallTrust::plausible));
}

BOOST_AUTO_TEST_CASE(a_centre_that_disagrees_makes_it_unset_again) {
  FakeHost host;
  auto clock = host.open();
  BOOST_TEST(clock.centre_said(host.wall));
  BOOST_TEST(!clock.centre_said(host.wall + minutes(5) + milliseconds(1)));
  BOOST_TEST(is(clock.read().trust, WallTrust::unset));
  BOOST_TEST(!clock.centre_said({host.wall.value - minutes(6).value}));
}

BOOST_AUTO_TEST_CASE(an_agreement_wears_off_after_a_week) {
  FakeHost host;
  auto clock = host.open();
  BOOST_TEST(clock.centre_said(host.wall));
  host.pass(kVouchLife);
  BOOST_TEST(is(clock.read().trust, WallTrust::plausible));
  host.pass(milliseconds(1));
  BOOST_TEST(is(clock.read().trust, WallTrust::unset));
}

BOOST_AUTO_TEST_CASE(a_lost_time_service_leaves_the_clock_plausible) {
  FakeHost host;
  host.sync.synchronised = true;
  auto clock = host.open();
  clock.read();
  host.sync.synchronised = false;
  host.pass(hours(12));
  BOOST_TEST(is(clock.read().trust, WallTrust::plausible));
}

BOOST_AUTO_TEST_CASE(a_step_voids_an_agreement) {
  FakeHost host;
  auto clock = host.open();
  BOOST_TEST(clock.centre_said(host.wall));
  host.wall = host.wall + hours(1);
  BOOST_TEST(is(clock.read().trust, WallTrust::unset));
}

BOOST_AUTO_TEST_CASE(a_step_of_more_than_ten_seconds_is_reported_once_with_its_size) {
  FakeHost host;
  auto clock = host.open();
  host.pass(minutes(1));
  host.wall = {host.wall.value - hours(2).value};
  const auto step = clock.take_step();
  BOOST_REQUIRE(step);
  BOOST_TEST(step->by.value == -hours(2).value);
  BOOST_TEST(!clock.take_step().has_value());
}

BOOST_AUTO_TEST_CASE(ten_seconds_are_no_step) {
  FakeHost host;
  auto clock = host.open();
  host.wall = host.wall + seconds(10);
  BOOST_TEST(!clock.take_step().has_value());
  host.wall = host.wall + milliseconds(1);  // the small ones add up
  const auto step = clock.take_step();
  BOOST_REQUIRE(step);
  BOOST_TEST(step->by.value == 10'001);
}

BOOST_AUTO_TEST_CASE(a_step_that_another_reader_saw_first_is_still_reported) {
  FakeHost host;
  auto clock = host.open();
  host.wall = host.wall + minutes(3);
  clock.read();
  host.wall = host.wall + minutes(4);
  clock.read();
  const auto step = clock.take_step();
  BOOST_REQUIRE(step);
  BOOST_TEST(step->by.value == minutes(7).value);
}

BOOST_AUTO_TEST_CASE(a_wall_clock_that_jumps_does_not_move_up) {
  FakeHost host;
  auto clock = host.open();
  const Instant before = clock.read().up;
  host.wall = {0};
  BOOST_TEST(clock.read().up.value == before.value);
}

BOOST_AUTO_TEST_CASE(a_suspend_is_time_that_passed_and_no_step) {
  FakeHost host;
  auto clock = host.open();
  const Instant before = clock.read().up;
  host.pass(hours(9));
  const Reading after = clock.read();
  BOOST_TEST((after.up - before).value == hours(9).value);
  BOOST_TEST(!clock.take_step().has_value());
}

BOOST_AUTO_TEST_CASE(readers_on_several_threads_each_see_up_go_forward) {
  FakeHost host;
  auto opened = BootClock::open({host.folder, "boot-1", {}, minutes(30)}, host_clock());
  BOOST_REQUIRE(opened);
  BootClock clock = std::move(*opened);
  std::vector<int> backward(4, 0);
  std::vector<std::thread> readers;
  for (auto& count : backward)
    readers.emplace_back([&clock, &count] {
      Instant last;
      for (int i = 0; i < 2000; ++i) {
        const Instant up = clock.read().up;
        count += up < last ? 1 : 0;
        last = up;
        if (i % 500 == 0 && !clock.park()) ++count;
      }
    });
  for (auto& reader : readers) reader.join();
  for (const int count : backward) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_SUITE_END()
