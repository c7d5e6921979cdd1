#include "runtime/kernel/digest.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/kernel/dice.hpp"

using namespace drydock;

BOOST_AUTO_TEST_CASE(a_mixed_number_is_found_again) {
  Dice dice(11, 0, 0);
  for (const std::uint64_t x : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}})
    BOOST_TEST(unmix64(mix64(x)) == x);
  for (int n = 0; n < 10'000; ++n) {
    const std::uint64_t x = dice.next();
    BOOST_TEST(unmix64(mix64(x)) == x);
    BOOST_TEST(mix64(unmix64(x)) == x);
  }
}
