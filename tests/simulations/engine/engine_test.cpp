// The order of simulated events, letters and the network.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "simulations/engine/engine.hpp"
#include "simulations/engine/letters.hpp"
#include "simulations/engine/network.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

using Event = Scheduled<std::uint32_t>;

std::vector<Event> crowded_events() {
  std::vector<Event> events;
  Dice dice(7, 0, 0);
  for (std::uint32_t source = 0; source < 40; ++source)
    for (std::uint32_t seq = 0; seq < 25; ++seq)
      events.push_back({{static_cast<std::int64_t>(dice.below(20)), order_of(7, source), seq},
                        source * 100 + seq});
  return events;
}

std::vector<std::uint32_t> drained(const std::vector<Event>& events) {
  HeapQueue<std::uint32_t> queue;
  for (const Event& event : events) queue.push(event);
  std::vector<std::uint32_t> order;
  while (!queue.empty()) order.push_back(queue.pop().what);
  return order;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_order_of_events_does_not_depend_on_the_order_of_insertion) {
  std::vector<Event> events = crowded_events();
  const auto forwards = drained(events);
  std::reverse(events.begin(), events.end());
  BOOST_TEST(drained(events) == forwards, boost::test_tools::per_element());
  Dice dice(8, 0, 0);
  for (std::size_t i = events.size(); i > 1; --i) std::swap(events[i - 1], events[dice.below(i)]);
  BOOST_TEST(drained(events) == forwards, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_two_sources_share_their_place_in_a_tie) {
  std::set<std::uint64_t> places;
  for (std::uint32_t source = 0; source < 100'000; ++source) places.insert(order_of(1, source));
  BOOST_TEST(places.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(another_seed_lets_ties_fall_otherwise) {
  int kept = 0;
  for (std::uint32_t source = 0; source < 1000; ++source)
    kept += (order_of(1, source) < order_of(1, source + 1)) ==
            (order_of(2, source) < order_of(2, source + 1));
  BOOST_TEST(kept > 400);
  BOOST_TEST(kept < 600);
}

BOOST_AUTO_TEST_CASE(time_moves_to_the_next_event_and_never_back) {
  Engine<int> engine(1, 2);
  engine.schedule(0, seconds(5), 1);
  engine.schedule(1, seconds(2), 2);
  BOOST_TEST(engine.next() == 2);
  BOOST_TEST(engine.now().value == 2000);
  engine.schedule(1, seconds(1), 3);
  BOOST_TEST(engine.next() == 3);
  BOOST_TEST(engine.next() == 1);
  BOOST_TEST(engine.now().value == 5000);
  BOOST_TEST(engine.done());
  BOOST_TEST(engine.events() == 3u);
}

BOOST_AUTO_TEST_CASE(one_source_keeps_the_order_it_gave) {
  Engine<int> engine(1, 1);
  for (int i = 0; i < 100; ++i) engine.schedule(0, seconds(1), i);
  for (int i = 0; i < 100; ++i) BOOST_TEST(engine.next() == i);
}

BOOST_AUTO_TEST_CASE(a_letters_place_is_used_again_after_it_was_taken) {
  Letters<int> letters;
  const auto first = letters.put(1);
  const auto second = letters.put(2);
  BOOST_TEST(letters.take(first) == 1);
  BOOST_TEST(letters.put(3) == first);
  BOOST_TEST(letters.under_way() == 2u);
  BOOST_TEST(letters.take(second) == 2);
  BOOST_TEST(letters.take(first) == 3);
}

BOOST_AUTO_TEST_CASE(a_perfect_network_loses_nothing_and_takes_its_latency) {
  const Network network;
  for (std::uint64_t message = 0; message < 1000; ++message)
    BOOST_TEST((network.carry(1, 2, message) == network.latency));
}

BOOST_AUTO_TEST_CASE(a_lossy_network_loses_its_share_and_the_same_messages_each_time) {
  Network network;
  network.lost_permille = 100;
  int lost = 0;
  for (std::uint64_t message = 0; message < 10'000; ++message) {
    const bool gone = !network.carry(1, 2, message);
    BOOST_TEST(gone == !network.carry(1, 2, message));
    lost += gone;
  }
  BOOST_TEST(lost > 900);
  BOOST_TEST(lost < 1100);
}
