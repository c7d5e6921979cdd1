#include "simulations/engine/pool.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace drydock::sim;

BOOST_AUTO_TEST_CASE(a_thing_keeps_its_place_while_others_come_and_go) {
  constexpr std::uint32_t many = 5'000;  // more than lie in one piece
  Pool<std::string> pool;
  const std::uint32_t first = pool.take();
  const std::string* place = &pool[first];
  pool[first] = "first";
  for (std::uint32_t n = 1; n < many; ++n) pool[pool.take()] = std::to_string(n);
  BOOST_TEST(&pool[first] == place);
  BOOST_TEST(pool[first] == "first");
  BOOST_TEST(pool.held() == many);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_given_back_is_taken_again_as_good_as_new) {
  Pool<std::string> pool;
  const std::uint32_t kept = pool.take(), left = pool.take();
  pool[kept] = "kept";
  pool[left] = "left";
  pool.give_back(left);
  BOOST_TEST(pool.held() == 1U);
  const std::uint32_t again = pool.take();
  BOOST_TEST(again == left);
  BOOST_TEST(pool[again].empty());
  BOOST_TEST(pool[kept] == "kept");
}
