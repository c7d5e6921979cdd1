#include "runtime/centre/rate_limit.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/centre/presence.hpp"

namespace drydock::centre {
namespace {

constexpr ApplianceId box{1}, other{2};
constexpr WallTime now{10 * 60'000}, next_minute{11 * 60'000};

BOOST_AUTO_TEST_CASE(without_a_limit_everybody_is_let_in) {
  RateLimit none(0);
  for (int i = 0; i < 10'000; ++i) BOOST_REQUIRE(none.allows(box, now));
  BOOST_TEST(none.take_untold(10).empty());
}

BOOST_AUTO_TEST_CASE(one_appliance_s_limit_is_no_other_s_and_ends_with_the_minute) {
  RateLimit limit(3);
  for (int i = 0; i < 3; ++i) BOOST_TEST(limit.allows(box, now));
  BOOST_TEST(!limit.allows(box, now));
  BOOST_TEST(limit.allows(other, now));
  BOOST_TEST(limit.allows(box, next_minute));
}

BOOST_AUTO_TEST_CASE(what_others_let_in_counts_and_our_own_part_counts_once) {
  RateLimit limit(5);
  BOOST_TEST(limit.allows(box, now));
  BOOST_TEST(limit.allows(box, now));
  const auto untold = limit.take_untold(10);
  BOOST_REQUIRE(untold.size() == 1u);
  BOOST_TEST(untold[0].check_ins == 2u);
  BOOST_TEST(untold[0].minute == 10);
  BOOST_TEST(limit.take_untold(10).empty());
  limit.told({box, 10, 4});  // two of them ours
  BOOST_TEST(limit.allows(box, now));
  BOOST_TEST(!limit.allows(box, now));
}

BOOST_AUTO_TEST_CASE(what_was_told_of_another_minute_is_past) {
  RateLimit limit(2);
  BOOST_TEST(limit.allows(box, next_minute));
  limit.told({box, 10, 100});
  BOOST_TEST(limit.allows(box, next_minute));
  BOOST_TEST(!limit.allows(box, next_minute));
}

BOOST_AUTO_TEST_CASE(presence_keeps_the_later_of_what_it_saw_and_what_it_was_told) {
  Presence presence(true);
  presence.seen(box, {500}, 7);
  presence.told({box, {400}});
  presence.told({other, {300}});
  BOOST_TEST(presence.heard(box)->when.value == 500);
  BOOST_TEST(presence.heard(box)->journal_head == 7u);
  presence.told({box, {600}});
  BOOST_TEST(presence.heard(box)->when.value == 600);
  BOOST_TEST(presence.heard(other)->when.value == 300);
  BOOST_TEST(!presence.heard({3}).has_value());
}

BOOST_AUTO_TEST_CASE(presence_tells_what_it_saw_once_and_again_when_that_failed) {
  Presence presence(true), alone;
  presence.seen(box, {500}, 0);
  presence.told({other, {300}});
  const auto taken = presence.take_untold(10);
  BOOST_REQUIRE(taken.size() == 1u);
  BOOST_TEST(taken[0].appliance.value == box.value);
  BOOST_TEST(presence.take_untold(10).empty());
  presence.tell_again(taken);
  BOOST_TEST(presence.take_untold(10).size() == 1u);
  alone.seen(box, {500}, 0);
  BOOST_TEST(alone.take_untold(10).empty());
}

}  // namespace
}  // namespace drydock::centre
