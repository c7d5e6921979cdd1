#include "runtime/kernel/fixed_point.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "runtime/kernel/dice.hpp"
#include "tests/support/seed.hpp"

namespace {

using namespace drydock;

constexpr std::uint64_t draws = 200'000;
constexpr long double unit = 1.0L / fixed::one;
constexpr long double noise = 1e-15L;  // of the long double it is compared with

long double real(Log2 x) { return static_cast<long double>(x.value) * unit; }

// All magnitudes alike.
std::uint64_t any(Dice& dice) { return (dice.next() >> dice.below(64)) | 1; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fixed_point)

BOOST_AUTO_TEST_CASE(a_logarithm_is_never_above_and_hardly_below_the_exact_one) {
  Dice dice(testing::seed(), 1, 0);
  for (std::uint64_t n = 0; n < draws; ++n) {
    const std::uint64_t a = any(dice), b = any(dice);
    const long double exact =
        std::log2(static_cast<long double>(a)) - std::log2(static_cast<long double>(b));
    const long double down = real(fixed::log2_down(a, b)), up = real(fixed::log2_up(a, b));
    BOOST_REQUIRE_MESSAGE(down <= exact + noise && exact - down < unit + noise, a << " / " << b);
    BOOST_REQUIRE_MESSAGE(up >= exact - noise && up - exact < unit + noise, a << " / " << b);
  }
}

BOOST_AUTO_TEST_CASE(a_power_is_never_above_and_hardly_below_the_exact_one) {
  Dice dice(testing::seed(), 2, 0);
  for (std::uint64_t n = 0; n < draws; ++n) {
    const Log2 x{static_cast<std::int64_t>(dice.below(60 * fixed::one)) -
                 static_cast<std::int64_t>(30 * fixed::one)};
    const long double exact = std::exp2(real(x));
    const long double down = static_cast<long double>(fixed::exp2_down(x)) * unit;
    const long double slack = exact < 1 ? unit : unit + exact * noise;
    BOOST_REQUIRE_MESSAGE(down <= exact * (1 + noise), x.value);
    BOOST_REQUIRE_MESSAGE(exact - down < slack * (1 + noise), x.value);
  }
}

BOOST_AUTO_TEST_CASE(whole_powers_are_exact) {
  BOOST_TEST(fixed::exp2_down({0}) == fixed::one);
  BOOST_TEST(fixed::exp2_down({static_cast<std::int64_t>(3 * fixed::one)}) == 8 * fixed::one);
  BOOST_TEST(fixed::exp2_down({-static_cast<std::int64_t>(fixed::one)}) == fixed::one / 2);
  BOOST_TEST(fixed::log2_up(8, 8).value >= 0);
  BOOST_TEST(fixed::log2_down(8, 8).value <= 0);
}

BOOST_AUTO_TEST_CASE(a_power_grows_with_its_exponent) {
  std::uint64_t before = 0;
  for (std::int64_t x = -4096; x < 4096; ++x) {
    const std::uint64_t power = fixed::exp2_down({x * 1021});
    BOOST_REQUIRE(power >= before);
    before = power;
  }
}

BOOST_AUTO_TEST_CASE(the_ends_are_bounded) {
  BOOST_TEST(fixed::exp2_down({INT64_MIN}) == 0U);
  BOOST_TEST(fixed::exp2_down({INT64_MAX}) == std::uint64_t{1} << 62);
  BOOST_TEST((fixed::log2_down(UINT64_MAX, 1) < Log2{std::int64_t{64} << 24}));
  BOOST_TEST((fixed::log2_up(1, UINT64_MAX) > Log2{-(std::int64_t{64} << 24)}));
}

BOOST_AUTO_TEST_SUITE_END()
