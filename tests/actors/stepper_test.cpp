#include "actors/stepper.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "actors/registry/machine.hpp"
#include "actors/reporter/machine.hpp"
#include "actors/scheduler/machine.hpp"

using namespace drydock;

namespace {

// One turn of a fresh reporter; what the claims vary.
struct Story {
  std::uint64_t seed = 1, entity = 1;
  Instant up{1'000};
  WallTime wall{2'000};
  WallTrust trust = WallTrust::plausible;
  Reporter::Event event = DriftNoted{ReportKind::drifted, HostCheck::disk, 5};
  ReportSeq newest;

  std::uint64_t chain() const {
    Stepper<Reporter> stepper(seed, entity);
    stepper.store().newest = newest;
    Reporter::State before = stepper.store();
    Outbox<Reporter::Effect> out;
    stepper.step(event, up, wall, trust, out);
    BOOST_TEST(!(stepper.store() == before));
    return stepper.mark().chain;
  }
};

Registry::Event provision(std::uint64_t n) {
  return Registry::ApplianceProvisioned{{1}, {n}, {1}, {5}, {3}};
}
CheckInArrived check_in(std::uint64_t n) {
  CheckInArrived e;
  e.facts.appliance = {n};
  e.facts.client = {1};
  e.facts.site_claim = {5};
  return e;
}

struct Desk {
  Desk() { stepper.store().appliances.reserve(16, 16); }
  bool step(const Registry::Event& event) {
    const bool idle = stepper.step(event, {1}, {2}, WallTrust::plausible, out);
    seen.clear();
    stepper.changed([&](std::uint32_t table, std::uint64_t key, const auto&) {
      seen.emplace_back(table, key);
    });
    stepper.close();
    return idle;
  }
  Stepper<Registry> stepper{1, 1};
  Outbox<Registry::Effect> out;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> seen;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stepper)

BOOST_AUTO_TEST_CASE(the_same_turn_gives_the_same_chain) {
  BOOST_TEST(Story{}.chain() == Story{}.chain());
}

BOOST_AUTO_TEST_CASE(the_chain_depends_on_every_input) {
  std::vector<std::uint64_t> chains = {Story{}.chain()};
  Story up, wall, trust, event, state;
  up.up = {1'001};
  wall.wall = {2'001};
  trust.trust = WallTrust::unset;
  event.event = DriftNoted{ReportKind::drifted, HostCheck::disk, 6};
  state.newest = {40};
  for (const Story& story : {up, wall, trust, event, state}) chains.push_back(story.chain());
  for (std::size_t a = 0; a < chains.size(); ++a)
    for (std::size_t b = a + 1; b < chains.size(); ++b) BOOST_TEST(chains[a] != chains[b]);
}

BOOST_AUTO_TEST_CASE(the_chain_depends_on_the_turns_before) {
  const auto twice = [](std::uint64_t first) {
    Desk desk;
    desk.step(provision(first));
    desk.step(provision(3));
    return desk.stepper.mark().chain;
  };
  BOOST_TEST(twice(1) == twice(1));
  BOOST_TEST(twice(1) != twice(2));
}

BOOST_AUTO_TEST_CASE(an_idle_turn_leaves_no_trace) {
  Desk desk;
  desk.step(provision(1));
  desk.step(check_in(1));
  const TurnMark before = desk.stepper.mark();
  BOOST_TEST(desk.step(check_in(1)));
  BOOST_TEST(!desk.out.empty());  // it answers
  BOOST_TEST((desk.stepper.mark() == before && desk.seen.empty()));
}

BOOST_AUTO_TEST_CASE(an_effect_that_is_no_answer_makes_a_turn) {
  Desk desk;
  BOOST_TEST(!desk.step(Registry::LifecycleOrdered{{1}, {9}, Lifecycle::retired}));
  BOOST_TEST(desk.stepper.mark().turn_no == 1U);
  BOOST_TEST(desk.seen.empty());
}

BOOST_AUTO_TEST_CASE(exactly_the_touched_rows_are_visited_until_the_turn_is_closed) {
  Desk desk;
  desk.step(provision(7));
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> head_and_row = {{0, 0}, {1, 7}};
  BOOST_TEST((desk.seen == head_and_row));
  desk.step(provision(7));  // the head, which counts, stays as it was
  const std::vector<std::pair<std::uint32_t, std::uint64_t>> row_alone = {{1, 7}};
  BOOST_TEST((desk.seen == row_alone));
}

BOOST_AUTO_TEST_CASE(a_turn_that_changes_only_what_passes_is_idle) {
  Stepper<Scheduler> stepper(1, 1);
  Outbox<Scheduler::Effect> out;
  Restarted start;
  start.boot = {1};
  start.poll_wish = minutes(5);
  stepper.step(start, {1}, {2}, WallTrust::plausible, out);
  stepper.step(Scheduler::WindowResolved{{}, {}, true}, {1}, {2}, WallTrust::plausible, out);
  stepper.close();
  const TurnMark before = stepper.mark();
  BOOST_TEST(stepper.step(TimerFired{1, 0}, {3}, {4}, WallTrust::plausible, out));
  BOOST_TEST(stepper.store().passing.asking);
  BOOST_TEST(!stepper.passing_before().asking);
  BOOST_TEST(out.size() == 2U);  // it checks in, and will ask again
  BOOST_TEST((stepper.mark() == before));
}

BOOST_AUTO_TEST_CASE(what_passes_is_a_part_of_the_chain) {
  const auto chain = [](std::uint8_t failures) {
    Stepper<Scheduler> stepper(1, 1);
    stepper.store().passing.failures = failures;
    Outbox<Scheduler::Effect> out;
    Restarted start;
    start.boot = {1};
    stepper.step(start, {1}, {2}, WallTrust::plausible, out);
    return stepper.mark().chain;
  };
  BOOST_TEST(chain(0) == chain(0));
  BOOST_TEST(chain(0) != chain(1));
}

BOOST_AUTO_TEST_CASE(a_restored_mark_goes_on_counting_and_chaining) {
  Desk whole, first, second;
  whole.step(provision(1));
  whole.step(provision(2));
  first.step(provision(1));
  second.stepper.store() = first.stepper.store();
  second.stepper.restore(first.stepper.mark());
  second.step(provision(2));
  BOOST_TEST((second.stepper.mark() == whole.stepper.mark()));
}

BOOST_AUTO_TEST_CASE(what_lay_in_the_outbox_before_is_gone) {
  Desk desk;
  desk.step(check_in(1));
  desk.step(check_in(2));
  BOOST_TEST(desk.out.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
