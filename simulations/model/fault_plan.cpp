#include "simulations/model/fault_plan.hpp"

#include "simulations/model/clocks.hpp"
#include "simulations/model/ground.hpp"

namespace drydock::sim {
namespace {

constexpr std::uint64_t stream = 0x666C74;
constexpr std::uint32_t centre_points_an_appliance = 12;

void draw_for(const FaultMix& mix, std::uint64_t seed, std::uint32_t appliance,
              std::vector<Fault>& plan) {
  const auto draw = [&](FaultKind kind, std::uint32_t permille) {
    Dice dice(seed ^ stream, appliance, static_cast<std::uint64_t>(kind));
    if (dice.below(1000) >= permille) return;
    Fault fault{kind, appliance, {}, 0};
    const bool at_point = kind == FaultKind::kill_at_point || kind == FaultKind::cut_at_point;
    if (!at_point)
      fault.at = {
          static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(mix.span.value) + 1))};
    else
      fault.point = 1 + static_cast<std::uint32_t>(dice.below(mix.points));
    plan.push_back(fault);
  };
  draw(FaultKind::kill, mix.kills_permille);
  draw(FaultKind::cut, mix.cuts_permille);
  draw(FaultKind::kill_at_point, mix.point_kills_permille);
  draw(FaultKind::cut_at_point, mix.point_cuts_permille);
  draw(FaultKind::journal_lost, mix.journals_lost_permille);
  draw(FaultKind::revert, mix.reverts_permille);
  if (plan.empty() || plan.back().kind != FaultKind::revert || plan.back().appliance != appliance)
    return;
  Dice dice(seed ^ stream, appliance, static_cast<std::uint64_t>(FaultKind::save));
  const auto before = dice.below(static_cast<std::uint64_t>(plan.back().at.value) + 1);
  plan.push_back({FaultKind::save, appliance, {static_cast<std::int64_t>(before)}, 0});
}

}  // namespace

std::vector<Fault> draw_faults(const Scenario& scenario, std::uint64_t seed,
                               std::uint32_t appliances) {
  const FaultMix& mix = scenario.faults;
  std::vector<Fault> plan;
  for (std::uint32_t i = 1; i <= appliances; ++i) {
    draw_for(mix, seed, i, plan);
    const ClockJump jump = jump_of(mix, seed, identity_of(i).id.value);
    if (jump.by.value != 0) plan.push_back({FaultKind::clock_jump, i, jump.at, 0});
  }
  for (std::uint32_t i = 0; i < mix.centre_kills; ++i) {
    Dice dice(seed ^ stream, 0, i);
    const auto point = dice.below(std::uint64_t{centre_points_an_appliance} * appliances);
    plan.push_back({FaultKind::centre_kill, 0, {}, 1 + static_cast<std::uint32_t>(point)});
  }
  for (std::uint32_t i = 0; i < mix.centre_pauses; ++i) {
    Dice dice(seed ^ stream, 0, 1'000'000 + std::uint64_t{i});
    const auto at = dice.below(static_cast<std::uint64_t>(mix.span.value) + 1);
    plan.push_back({FaultKind::centre_pause, 0, {static_cast<std::int64_t>(at)}, 0});
  }
  return plan;
}

}  // namespace drydock::sim
