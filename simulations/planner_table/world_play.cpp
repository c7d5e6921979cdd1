// The same rollout through the whole simulated world: appliances that poll, install, boot, are
// judged and report, over a network, to a centre with a decision log.
#include <algorithm>

#include "simulations/model/no_witness.hpp"
#include "simulations/model/world.hpp"
#include "simulations/planner_table/play.hpp"

namespace drydock::sim::table {
namespace {

constexpr Instant begins = Instant{} + minutes(10);  // by then everybody has checked in
constexpr int events_a_look = 64;
constexpr RolloutId first{1};
constexpr HardwareId odd_model{2};
constexpr std::uint32_t million = 1'000'000;

bool has_halted(const planner::Rollout& r) {
  return r.phase == planner::RolloutPhase::halted || r.parts_halted > 0;
}

bool is_done(const Row& row, const planner::Rollout& r) {
  return std::uint64_t{r.tally.committed} * 100 >= std::uint64_t{row.appliances} * 99;
}

// Ends where the play of verdicts ends: halted or held, the odd model halted, or everybody done.
bool is_over(const Row& row, const planner::Rollout& r) {
  return r.phase == planner::RolloutPhase::halted || r.phase == planner::RolloutPhase::held ||
         (row.model_share_ppm != 0 && r.parts_halted > 0);
}

std::uint32_t part_exposed(const Planner::Store& store, std::uint32_t strata) {
  for (std::uint32_t n = 1; n <= strata; ++n) {
    const planner::Stratum* part = store.strata.get(planner::stratum_id(first, n));
    if (part->hardware == odd_model) return part->exposed;
  }
  return 0;
}

}  // namespace

Scenario scenario_of(const Row& row, const Policy& policy) {
  Scenario s;
  s.name = row.scenario;
  s.appliances = row.appliances;
  s.poll = minutes(5);
  s.horizon = seconds(horizon_s);
  s.fleet.site_size = sites_of;
  Release release;
  release.version = table_release;
  release.defect = Defect::fails_check;
  release.share_permille = row.fails_ppm / 1000;
  if (row.model_share_ppm != 0) {
    s.fleet.rare_one_in = million / row.model_share_ppm;
    release.only_on = odd_model;
    release.elsewhere_permille = release.share_permille;
    release.share_permille = row.model_fails_ppm / 1000;
  }
  s.releases.push_back(release);
  RolloutPlan plan;
  plan.at = begins;
  plan.spec.version = table_release;
  plan.spec.policy = policy;
  s.rollouts.push_back(plan);
  return s;
}

Result play_world(const Row& row, const Policy& policy, std::uint64_t seed) {
  const Scenario scenario = scenario_of(row, policy);
  NoWitness silent;  // the table asks the planner alone what happened
  World world(scenario, seed, silent);
  const Planner::Store& store = world.centre().planner();
  Result result;
  result.seed = seed;
  Instant first_verdict{};
  const planner::Rollout* rollout = nullptr;
  for (int events = 1; world.step(); ++events) {
    if (events < events_a_look) continue;
    events = 0;
    rollout = store.rollouts.get(first);
    if (rollout == nullptr) continue;
    if (first_verdict.value == 0 && rollout->verdicts.seen > 0) first_verdict = world.now();
    if (is_done(row, *rollout) && result.done_ms < 0) result.done_ms = (world.now() - begins).value;
    if (is_over(row, *rollout) || world.done_at().has_value()) break;
  }
  if (rollout == nullptr) return result.stuck = true, result;
  result.exposed = rollout->tally.exposed;
  result.part_exposed = part_exposed(store, rollout->strata);
  result.halted = has_halted(*rollout);
  result.held = rollout->phase == planner::RolloutPhase::held;
  if (result.halted) result.halt_after_ms = (world.now() - first_verdict).value;
  result.stuck = !result.halted && !result.held && !world.done_at();
  return result;
}

}  // namespace drydock::sim::table
