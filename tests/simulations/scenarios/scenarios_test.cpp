// The named scenarios without faults of the machinery, all oracles on.
#include "tests/simulations/scenarios/play.hpp"

using namespace drydock;
using namespace drydock::sim;
using namespace drydock::sim::testing;

namespace {

constexpr Size sizes{60, 50};
constexpr Size few{60, 10};  // for what differs little from seed to seed

}  // namespace

BOOST_AUTO_TEST_CASE(a_good_release_reaches_every_appliance) {
  play("good", sizes, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == o.appliances);
    BOOST_TEST(o.counts.rolled_back == 0u);
    BOOST_TEST(o.halted == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_its_check_exposes_the_canary_alone) {
  play("bad", sizes, [](const Outcome& o) {
    BOOST_TEST(o.counts.exposed == 1u);
    BOOST_TEST(o.counts.rolled_back == 1u);
    BOOST_TEST(o.counts.committed == 0u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_release_that_never_comes_up_leaves_every_appliance_on_its_old_slot) {
  play("brick", sizes, [](const Outcome& o) {
    BOOST_TEST(o.counts.exposed == 1u);
    BOOST_TEST(o.counts.rolled_back == 1u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_trial_whose_agent_never_gets_ready_is_not_committed) {
  play("not-ready", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == 0u);
    BOOST_TEST(o.counts.exposed == 1u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_required_check_that_never_answers_fails_the_attempt) {
  play("check-hangs", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == 0u);
    BOOST_TEST(o.counts.exposed == 1u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_in_its_soak_halts_the_rollout) {
  play("late", few, [](const Outcome& o) {
    BOOST_TEST(o.halted == 1u);
    BOOST_TEST(o.counts.committed < o.appliances / 2);
  });
}

BOOST_AUTO_TEST_CASE(a_second_try_may_pass_and_counts_as_committed) {
  play("second-try", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == o.appliances);
    BOOST_TEST(o.halted == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_corrupt_image_is_never_armed) {
  play("corrupt", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.exposed == 0u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_release_that_fails_on_a_fraction_halts_at_its_limit) {
  play("fraction", sizes, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed + o.counts.rolled_back == o.counts.exposed);
    BOOST_TEST((o.halted == 1u) == (o.counts.rolled_back >= 3u));
  });
}

BOOST_AUTO_TEST_CASE(an_operators_halt_stops_a_good_rollout_in_the_middle) {
  play("halt", sizes, [](const Outcome& o) {
    BOOST_TEST(o.halted == 1u);
    BOOST_TEST(o.counts.committed >= 4u);
    BOOST_TEST(o.counts.committed < o.appliances);
  });
}

BOOST_AUTO_TEST_CASE(a_paused_rollout_goes_on_when_resumed) {
  play("pause", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == o.appliances);
    BOOST_TEST(o.done_after->value > hours(4).value);
  });
}

BOOST_AUTO_TEST_CASE(a_bad_release_after_a_good_one_leaves_the_rest_on_the_good_one) {
  play("good-then-bad", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == o.appliances);
    BOOST_TEST(o.counts.exposed == o.appliances + 1);
    BOOST_TEST(o.counts.rolled_back == 1u);
    BOOST_TEST(o.halted == 1u);
  });
}

BOOST_AUTO_TEST_CASE(appliances_with_windows_at_night_update_at_night) {
  play("nights", few, [](const Outcome& o) {
    BOOST_TEST(o.counts.committed == o.appliances);
    BOOST_TEST(o.done_after->value > hours(22).value);
    BOOST_TEST(o.done_after->value < hours(28).value);
  });
}
