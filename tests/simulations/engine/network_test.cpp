// What becomes of messages, and times that vary.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "simulations/engine/network.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

constexpr std::uint64_t seed = 11;
constexpr int messages = 10'000;

template <class Holds>
int count(const Network& network, Holds&& holds) {
  int found = 0;
  for (std::uint64_t m = 1; m <= messages; ++m) found += holds(network.carry(seed, 3, m)) ? 1 : 0;
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(quantiles_are_kept_by_what_is_drawn) {
  const Quantiles times{milliseconds(10), milliseconds(20), milliseconds(100), milliseconds(2000)};
  std::vector<std::int64_t> drawn;
  for (std::uint64_t i = 0; i < 30'000; ++i) drawn.push_back(times.draw({seed, 1, i}).value);
  std::sort(drawn.begin(), drawn.end());
  BOOST_TEST((drawn.front() >= 10 && drawn.front() <= 11));
  BOOST_TEST((drawn[10'000] >= 19 && drawn[10'000] <= 22));
  BOOST_TEST((drawn[20'000] >= 90 && drawn[20'000] <= 140));
  BOOST_TEST((drawn.back() > 1990 && drawn.back() <= 2000));
  BOOST_TEST((times.least().value == 10 && times.most().value == 2000));
  BOOST_TEST(Quantiles(milliseconds(7)).draw({seed, 1, 1}).value == 7);
}

BOOST_AUTO_TEST_CASE(a_share_of_the_messages_is_lost_and_a_share_comes_twice) {
  Network network;
  network.lost_permille = 100;
  network.doubled_permille = 200;
  const int lost = count(network, [](const Carried& c) { return !c.first; });
  const int doubled = count(network, [](const Carried& c) { return c.again.has_value(); });
  BOOST_TEST((lost > 900 && lost < 1100));
  BOOST_TEST((doubled > 1650 && doubled < 1950));  // a fifth of those that are not lost
  BOOST_TEST(count(network, [](const Carried& c) { return !c.first && c.again; }) == 0);
}

BOOST_AUTO_TEST_CASE(messages_of_one_sender_overtake_each_other_when_latency_varies) {
  Network network;
  network.latency = {milliseconds(10), milliseconds(20), milliseconds(5000)};
  std::int64_t before = 0;
  int overtaken = 0;
  for (std::uint64_t m = 1; m <= messages; ++m) {  // one sent each second
    const std::int64_t arrives =
        static_cast<std::int64_t>(m) * 1000 + network.carry(seed, 3, m).first->value;
    overtaken += arrives < before;
    before = std::max(before, arrives);
  }
  BOOST_TEST(overtaken > messages / 20);
}

BOOST_AUTO_TEST_CASE(one_fate_of_a_message_moves_none_of_its_others) {
  Network all;
  all.latency = {milliseconds(10), milliseconds(5000)};
  all.doubled_permille = 300;
  Network lossless = all;
  all.lost_permille = 300;
  for (std::uint64_t m = 1; m <= 1000; ++m) {
    const Carried with = all.carry(seed, 3, m), without = lossless.carry(seed, 3, m);
    if (!with.first) continue;
    BOOST_TEST(with.first->value == without.first->value);
    BOOST_TEST(with.again.has_value() == without.again.has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_partition_cuts_its_share_of_the_sites_off_for_its_time_alone) {
  Network network;
  network.partitions = {{Instant{} + hours(1), minutes(30), 250}};
  int cut = 0;
  for (std::uint64_t site = 1; site <= 4000; ++site) {
    const bool is = network.cut_off(seed, site, Instant{} + minutes(75));
    cut += is;
    BOOST_TEST(is == network.cut_off(seed, site, Instant{} + hours(1)));
    BOOST_TEST(!network.cut_off(seed, site, {hours(1).value - 1}));
    BOOST_TEST(!network.cut_off(seed, site, Instant{} + minutes(90)));
  }
  BOOST_TEST((cut > 880 && cut < 1120));
}

BOOST_AUTO_TEST_SUITE_END()
