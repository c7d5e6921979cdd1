#include <boost/test/unit_test.hpp>

#include <fstream>
#include <random>

#include "runtime/clock/base_file.hpp"
#include "runtime/files/files.hpp"
#include "tests/runtime/clock/fake_host.hpp"

using namespace drydock;
using namespace drydock::clock;
namespace fs = std::filesystem;

namespace {
void spoil(const std::string& path, std::uintmax_t length) { fs::resize_file(path, length); }
}  // namespace

BOOST_AUTO_TEST_SUITE(clock_base)

BOOST_AUTO_TEST_CASE(up_counts_the_time_that_passes) {
  FakeHost host;
  auto clock = host.open();
  const Instant before = clock.read().up;
  host.pass(seconds(90));
  BOOST_TEST((clock.read().up - before).value == seconds(90).value);
}

BOOST_AUTO_TEST_CASE(a_restart_in_the_same_boot_goes_on_exactly) {
  FakeHost host;
  Instant before;
  {
    auto clock = host.open();
    host.pass(minutes(7));
    before = clock.read().up;
  }
  host.pass(seconds(3));
  BOOST_TEST((host.open().read().up - before).value == seconds(3).value);
}

BOOST_AUTO_TEST_CASE(a_power_cut_skips_at_most_one_promise) {
  FakeHost host;
  Instant before;
  {
    auto clock = host.open();
    host.pass(minutes(5));
    BOOST_REQUIRE(clock.keep());
    before = clock.read().up;
  }
  host.reboot();
  const Duration skipped = host.open().read().up - before;
  BOOST_TEST(skipped.value >= 0);
  BOOST_TEST(skipped.value <= minutes(30).value);
}

BOOST_AUTO_TEST_CASE(an_orderly_reboot_skips_no_more_than_a_minute) {
  FakeHost host;
  Instant before;
  {
    auto clock = host.open();
    host.pass(minutes(5));
    before = clock.read().up;
    BOOST_REQUIRE(clock.park());
  }
  host.reboot();
  const Duration skipped = host.open().read().up - before;
  BOOST_TEST(skipped.value >= 0);
  BOOST_TEST(skipped.value <= kParkMargin.value);
}

BOOST_AUTO_TEST_CASE(a_kept_clock_never_goes_back_over_many_cuts) {
  const auto seed = std::random_device{}();
  BOOST_TEST_CONTEXT("seed " << seed) {
    std::mt19937 dice(seed);
    FakeHost host;
    Instant last;
    for (int boot = 0; boot < 50; ++boot) {
      auto clock = host.open();
      const auto minutes_up = dice() % 120;
      for (unsigned m = 0; m < minutes_up; ++m) {
        const Instant up = clock.read().up;
        BOOST_REQUIRE_GE(up.value, last.value);
        last = up;
        BOOST_REQUIRE(clock.keep());
        host.pass(minutes(1));
      }
      if (dice() % 4 == 0) BOOST_REQUIRE(clock.park());
      // Now and then one copy is lost or torn by the cut.
      const std::string copy = host.folder + (dice() % 2 == 0 ? "/base" : "/base2");
      if (dice() % 3 == 0)
        fs::remove(copy);
      else if (dice() % 3 == 0)
        spoil(copy, dice() % 512);
      if (dice() % 3 != 0) host.reboot();
    }
  }
}

BOOST_AUTO_TEST_CASE(with_both_copies_lost_up_goes_on_from_the_floor) {
  FakeHost host;
  Instant journaled;
  {
    auto clock = host.open();
    host.pass(hours(50));
    journaled = clock.read().up;
  }
  fs::remove(host.folder + "/base");
  fs::remove(host.folder + "/base2");
  host.reboot();
  BOOST_TEST(host.open(journaled).read().up.value >= journaled.value);
}

BOOST_AUTO_TEST_CASE(a_floor_above_a_kept_base_wins) {
  FakeHost host;
  { host.open(); }
  const Instant floor{hours(1000).value};
  BOOST_TEST(host.open(floor).read().up.value >= floor.value);
}

BOOST_AUTO_TEST_CASE(a_new_boot_id_on_a_host_that_ran_on_does_not_add_its_uptime) {
  FakeHost host;  // an unpacked image that is started again: its boot is new, the host's is not
  host.since_boot = {hours(24 * 90).value};
  Instant before;
  {
    auto clock = host.open();
    before = clock.read().up;
  }
  ++host.boots;
  BOOST_TEST((host.open().read().up - before).value <= minutes(30).value);
}

BOOST_AUTO_TEST_CASE(an_idle_day_costs_at_most_a_hundred_renewals) {
  FakeHost host;
  auto clock = host.open();
  auto promised = read_base(host.folder)->promised;
  int renewals = 0;
  for (int m = 0; m < 24 * 60; ++m) {
    host.pass(minutes(1));
    BOOST_REQUIRE(clock.keep());
    const auto now = read_base(host.folder)->promised;
    renewals += now == promised ? 0 : 1;
    promised = now;
  }
  BOOST_TEST(renewals <= 100);
  BOOST_TEST(renewals >= 48);
}

BOOST_AUTO_TEST_CASE(every_torn_copy_is_noticed_and_the_other_one_serves) {
  FakeHost host;
  const Base base{"boot-1", {-12'345}, {987'654}};
  for (std::uintmax_t length = 0; length < 512; ++length) {
    BOOST_REQUIRE(write_base(host.folder, base));
    spoil(host.folder + "/base", length);
    const auto found = read_base(host.folder);
    BOOST_REQUIRE(found);
    BOOST_REQUIRE_EQUAL(found->promised.value, 987'654);
    BOOST_REQUIRE_EQUAL(found->ahead.value, -12'345);
  }
}

BOOST_AUTO_TEST_CASE(a_changed_digit_makes_a_copy_worthless) {
  FakeHost host;
  BOOST_REQUIRE(write_base(host.folder, {"boot-1", {0}, {111'111}}));
  for (const char* name : {"/base", "/base2"}) {
    auto bytes = files::read(host.folder + name, 512);
    BOOST_REQUIRE(bytes);
    bytes->replace(bytes->find("111111"), 1, "9");
    std::ofstream(host.folder + name, std::ios::binary) << *bytes;
  }
  BOOST_TEST(!read_base(host.folder).has_value());
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_refused_at_open) {
  FakeHost host;
  std::ofstream(host.folder + "/plain") << "no folder";
  const auto clock =
      BootClock::open({host.folder + "/plain", "boot-1", {}, minutes(30)}, host.clocks());
  BOOST_REQUIRE(!clock);
  BOOST_TEST(clock.error().text.find("/plain") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(after_a_failed_write_the_clock_runs_on_and_the_next_keep_tries_again) {
  FakeHost host;
  auto clock = host.open();
  fs::rename(host.folder, host.folder + "-away");
  host.pass(minutes(20));
  const Instant before = clock.read().up;
  BOOST_TEST(!clock.keep().ok());
  host.pass(minutes(1));
  BOOST_TEST((clock.read().up - before).value == minutes(1).value);
  fs::rename(host.folder + "-away", host.folder);
  BOOST_TEST(clock.keep().ok());
  BOOST_TEST(read_base(host.folder)->promised.value > clock.read().up.value);
}

BOOST_AUTO_TEST_CASE(a_boot_id_with_foreign_characters_is_refused) {
  FakeHost host;
  for (const char* id : {"", "two words", "line\nbreak", "../x"})
    BOOST_TEST(!BootClock::open({host.folder, id, {}, minutes(30)}, host.clocks()).ok());
}

BOOST_AUTO_TEST_CASE(the_hosts_boot_id_is_read_without_its_line_end) {
  const auto id = read_boot_id("/proc/sys/kernel/random/boot_id");
  BOOST_REQUIRE(id);
  BOOST_TEST(id->size() == 36U);
}

BOOST_AUTO_TEST_SUITE_END()
