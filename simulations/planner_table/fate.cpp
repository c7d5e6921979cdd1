#include "runtime/kernel/digest.hpp"
#include "runtime/kernel/fixed_point.hpp"
#include "simulations/planner_table/play.hpp"

namespace drydock::sim::table {
namespace {

constexpr std::uint64_t million = 1'000'000;

std::uint64_t draw(std::uint64_t seed, std::uint32_t appliance, std::uint64_t what) {
  return mix64(mix64(mix64(seed) + what) + appliance);
}
std::uint64_t below(std::uint64_t drawn, std::uint64_t n) { return (drawn >> 32) * n >> 32; }

// Eight uniform numbers of 16 bits added: a normal one, times its own sigma, in whole numbers.
std::int64_t bell(std::uint64_t a, std::uint64_t b) {
  std::int64_t sum = -8 * 0x8000;
  for (unsigned shift = 0; shift < 64; shift += 16)
    sum += static_cast<std::int64_t>((a >> shift & 0xFFFF) + (b >> shift & 0xFFFF));
  return sum;
}

}  // namespace

bool is_odd(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  return row.model_share_ppm != 0 && below(draw(seed, appliance, 1), million) < row.model_share_ppm;
}

Fate fate_of(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  // Their sum has a sigma of 65,536 x sqrt(8 / 12) = 53,510; 0.35 / ln 2 of it in Q24 is 158.3.
  const Log2 spread{bell(draw(seed, appliance, 2), draw(seed, appliance, 3)) * 1583 / 10};
  const std::uint64_t install_s = 15 * 60 * fixed::exp2_down(spread) >> fixed::fraction_bits;
  const std::uint64_t poll_s = below(draw(seed, appliance, 4), 300);
  const std::uint32_t fails = is_odd(row, seed, appliance) ? row.model_fails_ppm : row.fails_ppm;
  return {static_cast<std::uint32_t>(install_s + poll_s + 1),
          below(draw(seed, appliance, 5), million) < fails};
}

}  // namespace drydock::sim::table
