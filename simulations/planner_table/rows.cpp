#include "simulations/planner_table/rows.hpp"

#include "actors/planner/odds.hpp"
#include "simulations/planner_table/play.hpp"

namespace drydock::sim::table {

const std::vector<Rival>& rivals() {
  // The rules of others, by their documentation: research into six fleet updaters, not their code.
  static const std::vector<Rival> all = {{"drydock", Pace::drydock},
                                         {"clock-ramp", Pace::clock_ramp},
                                         {"fixed-percent", Pace::fixed_percent, 10'000},
                                         {"fixed-percent-5", Pace::fixed_percent, 50'000}};
  return all;
}

const std::vector<Rival>& both_ways() {
  static const std::vector<Rival> all = {{"drydock/verdicts", Pace::drydock},
                                         {"drydock/world", Pace::world}};
  return all;
}

std::vector<Row> rows(std::uint32_t n, bool small) {
  std::vector<Row> all = {{"brick-100", n, 1'000'000},
                          {"fault-5", n, 50'000},
                          {"fault-1", n, 10'000},
                          {"healthy", n, 4'000},
                          {"stratum", n, 4'000, 50'000, 200'000}};
  if (small)
    for (const std::uint32_t few : {12u, 200u, 1'000u, 20'000u}) {
      all.push_back({"brick-100@" + std::to_string(few), few, 1'000'000});
      all.push_back({"healthy@" + std::to_string(few), few, 4'000});
    }
  return all;
}

std::vector<Row> world_rows(std::uint32_t n) {
  std::vector<Row> all = rows(n, false);
  for (Row& row : all) row.of_world = true;
  return all;
}

Policy table_policy() {
  Policy policy;
  policy.canary = 0;
  policy.failure_limit = 0;
  policy.growth_permille = 1000;
  policy.growth_unproven = 500;
  policy.in_flight_max = 10'000'000;
  policy.cap_ppm = 5'000;
  policy.site_at_once = sites_of;
  // Here installing is part of the time to a verdict, so silence begins later than by default.
  policy.silence_after = hours(4);
  planner::compile({}, policy);
  return policy;
}

Result play(const Row& row, const Rival& rival, std::uint64_t seed) {
  switch (rival.pace) {
    case Pace::drydock: return play_planner(row, table_policy(), seed);
    case Pace::world: return play_world(row, table_policy(), seed);
    case Pace::clock_ramp:
    case Pace::fixed_percent: break;
  }
  return play_rival(row, rival, seed);
}

}  // namespace drydock::sim::table
