// The link of a site: shared by its appliances, and by nobody else.
#include <boost/test/unit_test.hpp>

#include "simulations/model/links.hpp"

using namespace drydock;
using namespace drydock::sim;

namespace {

constexpr Instant start{1'000'000};

Network of(std::uint64_t bytes_a_second) {
  Network network;
  network.uplink_bytes_a_second = bytes_a_second;
  return network;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(without_a_bound_a_download_waits_for_nobody) {
  const Network network = of(0);
  Links links(network, 1);
  BOOST_TEST(links.download(1, 1000, start).value == 0);
  BOOST_TEST(links.download(1, 1000, start).value == 0);
}

BOOST_AUTO_TEST_CASE(two_downloads_at_one_site_take_twice_as_long_as_one) {
  const Network network = of(Links::bytes_a_chunk);  // a chunk a second
  Links links(network, 1);
  BOOST_TEST(links.download(1, 16, start).value == seconds(16).value);
  BOOST_TEST(links.download(1, 16, start).value == seconds(32).value);
  BOOST_TEST(links.download(2, 16, start).value == seconds(16).value);
  BOOST_TEST(links.download(1, 16, start + minutes(5)).value == seconds(16).value);
}

BOOST_AUTO_TEST_SUITE_END()
