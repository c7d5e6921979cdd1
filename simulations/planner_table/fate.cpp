#include "runtime/kernel/digest.hpp"
#include "runtime/kernel/fixed_point.hpp"
#include "simulations/model/ground.hpp"
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

Identity of_world(const Row& row, std::uint32_t appliance) {
  return identity_of(appliance + 1, scenario_of(row, {}).fleet);
}

// The simulator's own draw, so that both ways of playing a row meet the same failures.
bool world_fails(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  const Scenario scenario = scenario_of(row, {});
  const Identity who = of_world(row, appliance);
  return Releases(scenario, seed).defect(table_release, who.id, who.hardware) != Defect::none;
}

}  // namespace

ApplianceId id_of(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  if (row.of_world) return of_world(row, appliance).id;
  // Ids are random in life; the order of a release is drawn from them.
  return {mix64(seed * 0x9E3779B97F4A7C15 + appliance + 1) | 1};
}

bool is_odd(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  if (row.of_world) return row.model_share_ppm != 0 && of_world(row, appliance).hardware.value == 2;
  return row.model_share_ppm != 0 && below(draw(seed, appliance, 1), million) < row.model_share_ppm;
}

Fate fate_of(const Row& row, std::uint64_t seed, std::uint32_t appliance) {
  // Their sum has a sigma of 65,536 x sqrt(8 / 12) = 53,510; 0.35 / ln 2 of it in Q24 is 158.3.
  const Log2 spread{bell(draw(seed, appliance, 2), draw(seed, appliance, 3)) * 1583 / 10};
  const std::uint64_t install_s = 15 * 60 * fixed::exp2_down(spread) >> fixed::fraction_bits;
  const std::uint64_t poll_s = below(draw(seed, appliance, 4), 300);
  const std::uint32_t fails = is_odd(row, seed, appliance) ? row.model_fails_ppm : row.fails_ppm;
  const auto after_s = static_cast<std::uint32_t>(install_s + poll_s + 1);
  if (row.of_world) return {after_s, world_fails(row, seed, appliance)};
  return {after_s, below(draw(seed, appliance, 5), million) < fails};
}

}  // namespace drydock::sim::table
