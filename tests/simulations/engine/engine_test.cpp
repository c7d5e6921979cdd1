// The order of simulated events, letters and the network.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
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

template <class Queue = HeapQueue<std::uint32_t>>
std::vector<std::uint32_t> drained(const std::vector<Event>& events) {
  Queue queue;
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

BOOST_AUTO_TEST_CASE(the_ring_drains_a_crowd_in_the_order_of_the_heap) {
  const auto order = drained<RingQueue<std::uint32_t>>(crowded_events());
  BOOST_TEST(order == drained(crowded_events()), boost::test_tools::per_element());
}

// Small and large buckets are put in order in different ways; none is the first one, whose events
// go through the heap of the ring.
BOOST_AUTO_TEST_CASE(the_ring_drains_a_bucket_of_every_size_in_the_order_of_the_heap) {
  Dice dice(9, 0, 0);
  for (std::uint32_t size = 0; size < 300; ++size) {
    std::vector<Event> events = {{{0, 0, 0}, 0}};
    for (std::uint32_t n = 1; n <= size; ++n)
      events.push_back({{160 + static_cast<std::int64_t>(dice.below(16)), dice.next(), n}, n});
    BOOST_TEST_CONTEXT("size " << size)
    BOOST_TEST(drained<RingQueue<std::uint32_t>>(events) == drained(events),
               boost::test_tools::per_element());
  }
}

// As after a pause of the centre: all from one source, at one moment.
BOOST_AUTO_TEST_CASE(the_ring_drains_what_waited_for_one_moment_in_the_order_of_the_heap) {
  std::vector<Event> events = {{{0, 0, 0}, 0}};
  for (std::uint32_t n = 1; n <= 300'000; ++n) events.push_back({{5'000, order_of(1, 0), n}, n});
  const auto order = drained<RingQueue<std::uint32_t>>(events);
  BOOST_TEST(order.size() == events.size());
  BOOST_TEST(std::is_sorted(order.begin(), order.end()));
}

// A long life of a queue: some events fall into the bucket of now, some lie days ahead, and now and
// then it runs empty.
BOOST_AUTO_TEST_CASE(the_ring_gives_what_the_heap_gives_at_every_step) {
  for (std::uint64_t life = 0; life < 6; ++life) {
    Dice dice(20'261'125, life, 0);
    BOOST_TEST_INFO_SCOPE("life " << life);
    RingQueue<std::uint32_t> ring;
    HeapQueue<std::uint32_t> heap;
    std::int64_t now = 0;
    std::uint64_t differences = 0;
    for (std::uint32_t n = 0; n < 60'000; ++n) {
      const bool filling = n / 5'000 % 2 == 0;
      if (dice.below(10) < (filling ? 7U : 3U)) {
        constexpr std::array<std::uint64_t, 5> reach = {1, 40, 300'000, 5'000'000, 200'000'000};
        const auto after = static_cast<std::int64_t>(dice.below(reach[dice.below(reach.size())]));
        const Event event{{now + after, order_of(life, n % 50), n}, n};
        ring.push(event);
        heap.push(event);
      } else if (!heap.empty()) {
        differences += ring.next_at_ms() != heap.next_at_ms();
        const Event expected = heap.pop();
        differences += ring.pop().what != expected.what;
        now = expected.key.at_ms;
      }
      differences += ring.empty() != heap.empty();
    }
    while (!heap.empty()) differences += ring.pop().what != heap.pop().what;
    BOOST_TEST(differences == 0U);
    BOOST_TEST(ring.empty());
  }
}

BOOST_AUTO_TEST_CASE(in_a_crowd_the_next_events_are_known_across_buckets) {
  using Ring = RingQueue<std::uint32_t>;
  constexpr std::uint32_t a_ms = 10, events = 1'000 * a_ms;  // within one second of the ring
  Ring ring;
  ring.push({{0, 0, 0}, 0});  // the bucket of now is begun: none of the others falls into it
  for (std::uint32_t n = 1; n < events; ++n) ring.push({{16 + n / a_ms, n, 0}, n});
  std::uint32_t unknown = 0, wrong = 0;
  for (std::uint32_t n = 0; n + Ring::known < events; ++n) {
    wrong += ring.pop().what != n;
    for (std::uint32_t k = 0; k < Ring::known; ++k) {
      const std::uint32_t* next = ring.ahead(k);
      unknown += next == nullptr;
      wrong += next != nullptr && *next != n + 1 + k;
    }
  }
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(unknown == 0U);
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

BOOST_AUTO_TEST_CASE(a_letter_may_be_written_where_it_will_lie) {
  Letters<int> letters;
  letters.drop(letters.put(1));
  const auto number = letters.begin();
  letters[number] = 2;
  BOOST_TEST(letters.under_way() == 1u);
  BOOST_TEST(letters.take(number) == 2);
}

BOOST_AUTO_TEST_CASE(a_perfect_network_loses_nothing_and_takes_its_latency) {
  const Network network;
  for (std::uint64_t message = 0; message < 1000; ++message)
    BOOST_TEST((network.carry(1, 2, message).first == network.latency.middle()));
}

BOOST_AUTO_TEST_CASE(a_lossy_network_loses_its_share_and_the_same_messages_each_time) {
  Network network;
  network.lost_permille = 100;
  int lost = 0;
  for (std::uint64_t message = 0; message < 10'000; ++message) {
    const bool gone = !network.carry(1, 2, message).first;
    BOOST_TEST(gone == !network.carry(1, 2, message).first);
    lost += gone;
  }
  BOOST_TEST(lost > 900);
  BOOST_TEST(lost < 1100);
}
