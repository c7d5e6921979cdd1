#include "runtime/kernel/dice.hpp"

#include <boost/test/unit_test.hpp>
#include <set>
#include <vector>

namespace {

using namespace drydock;
using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

std::vector<std::uint64_t> draws(Dice dice, int count) {
  std::vector<std::uint64_t> out;
  for (int n = 0; n < count; ++n) out.push_back(dice.next());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dice)

// The vectors of Random123 (kat_vectors, "philox4x32 10").
BOOST_AUTO_TEST_CASE(philox_gives_the_published_answers) {
  const std::uint32_t ff = 0xffffffff;
  BOOST_TEST(
      (philox4x32_10(Block{}, Key{}) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  BOOST_TEST((philox4x32_10(Block{ff, ff, ff, ff}, Key{ff, ff}) ==
              Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  BOOST_TEST((philox4x32_10(Block{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                            Key{0xa4093822, 0x299f31d0}) ==
              Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

BOOST_AUTO_TEST_CASE(the_same_seed_entity_and_turn_draw_the_same) {
  BOOST_TEST(draws(Dice(1, 2, 3), 8) == draws(Dice(1, 2, 3), 8));
}

BOOST_AUTO_TEST_CASE(another_seed_entity_turn_or_draw_draws_something_else) {
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    for (std::uint64_t entity = 0; entity < 8; ++entity)
      for (std::uint64_t turn = 0; turn < 8; ++turn)
        for (std::uint64_t x : draws(Dice(seed, entity, turn), 8)) {
          seen.insert(x);
          ++count;
        }
  BOOST_TEST(seen.size() == count);
}

BOOST_AUTO_TEST_CASE(entities_and_turns_above_32_bits_are_told_apart) {
  const std::uint64_t high = std::uint64_t{1} << 32;
  BOOST_TEST(Dice(1, high, 0).next() != Dice(1, 0, 0).next());
  BOOST_TEST(Dice(1, 0, high).next() != Dice(1, 0, 0).next());
  BOOST_TEST(Dice(high, 0, 0).next() != Dice(0, 0, 0).next());
}

BOOST_AUTO_TEST_CASE(below_stays_below_and_reaches_every_number) {
  Dice dice(1, 1, 1);
  for (std::uint64_t n = 1; n <= 40; ++n) {
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 2'000; ++i) {
      const std::uint64_t x = dice.below(n);
      BOOST_REQUIRE(x < n);
      seen.insert(x);
    }
    BOOST_TEST(seen.size() == n);
  }
  BOOST_TEST(dice.below(1) == 0U);
  BOOST_TEST(dice.below(~std::uint64_t{0}) < ~std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(below_is_even) {
  Dice dice(1, 2, 1);
  std::array<int, 10> hits{};
  for (int n = 0; n < 100'000; ++n) ++hits[dice.below(10)];
  // Ten cells of 10,000 with a deviation of 95: five deviations either way.
  for (int count : hits) BOOST_TEST((count > 9'525 && count < 10'475));
}

BOOST_AUTO_TEST_SUITE_END()
