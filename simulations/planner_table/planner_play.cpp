// The production planner, told of verdicts and of nothing else that takes time.
#include <algorithm>
#include <ctime>
#include <numeric>

#include "actors/planner/evidence.hpp"
#include "actors/planner/selection.hpp"
#include "simulations/planner_table/play.hpp"

namespace drydock::sim::table {
namespace {

constexpr Version old_version = make_version(1, 0, 0), release = table_release;
constexpr WallTime midnight{1'750'000'000'000};
constexpr RolloutId first{1};
constexpr std::uint32_t touched_max = 64;
// Why a rollout may stand still; anything else that stops everybody would be a planner stuck.
constexpr std::uint32_t patience_s = 3600;

// A planner with its decision log: what it proposes is decided at once.
class Desk {
 public:
  Desk(std::uint64_t seed, std::uint32_t appliances) : seed_(seed) {
    store_.appliances.reserve(appliances, touched_max);
    store_.sites.reserve(appliances / sites_of + 1, touched_max);
    store_.rollouts.reserve(Planner::rollouts_max, touched_max);
    store_.strata.reserve(strata_max + 1, touched_max);
    tell(CentreStarted{{1}});
  }
  const Planner::Store& store() const { return store_; }
  const planner::Rollout& rollout() const { return store_.rollouts.row(0); }
  std::uint32_t now_s = 0;

  // The event, then everything it led to; the last answer, if there was one.
  void tell(const Planner::Event& event) {
    answer_ = {};
    step(event);
    for (std::size_t next = 0; next < proposed_.size(); ++next)
      step(Planner::Decided{{++position_}, proposed_[next]});
    proposed_.clear();
  }
  const Answer& answer() const { return answer_; }

 private:
  void step(const Planner::Event& event) {
    const std::int64_t now_ms = std::int64_t{now_s} * 1000;
    const Turn turn{
        {now_ms}, midnight + Duration{now_ms}, WallTrust::synchronised, Dice(seed_, 0, ++turns_)};
    out_.clear();
    Planner::step(store_, event, turn, out_);
    store_.for_each_table([](std::uint32_t, auto& table) { table.forget_touched(); });
    for (const auto& effect : out_) {
      if (const auto* p = std::get_if<Planner::Propose>(&effect)) proposed_.push_back(p->decision);
      if (const auto* a = std::get_if<AnswerReady>(&effect)) answer_ = a->answer;
    }
  }

  std::uint64_t seed_, turns_ = 0, position_ = 0;
  Planner::Store store_;
  Outbox<Planner::Effect> out_;
  std::vector<Decision> proposed_;
  Answer answer_;
};

ApplianceSeen check_in(const Row& row, std::uint64_t seed, std::uint32_t i) {
  ApplianceSeen e;
  e.request = {1};
  e.client = {1};
  e.site = {1 + i / sites_of};
  e.hardware = {is_odd(row, seed, i) ? 2u : 1u};
  e.facts.appliance = id_of(row, seed, i);
  e.facts.serial = 1;
  e.facts.running = old_version;
  e.facts.wall_trust = WallTrust::synchronised;
  return e;
}

struct Pending {
  std::uint32_t appliance = 0;
  bool fails = false;
};

class Play {
 public:
  Play(const Row& row, const Policy& policy, std::uint64_t seed)
      : row_(row), seed_(seed), desk_(seed, row.appliances), due_(horizon_s) {
    for (std::uint32_t i = 0; i < row.appliances; ++i) desk_.tell(check_in(row, seed, i));
    RolloutSpec spec;
    spec.version = release;
    spec.policy = policy;
    desk_.tell(Planner::RolloutAsked{{1}, spec, "table", ""});
    desk_.tell(Planner::MoveAsked{{1}, {first, RolloutMove::start}, "table", ""});
    in_order();
  }

  Result run() {
    Result result;
    result.seed = seed_;
    std::uint32_t quiet_s = 0;
    for (std::uint32_t s = 0; s < horizon_s; ++s, ++quiet_s) {
      desk_.now_s = s;
      for (const Pending& one : due_[s]) verdict(one, result);
      if (!due_[s].empty()) quiet_s = 0;
      due_[s] = {};
      if (is_over(result)) break;
      if (room() && grant()) quiet_s = 0;
      if (desk_.rollout().exposed_now == 0 && quiet_s > patience_s) break;
    }
    conclude(result);
    return result;
  }

 private:
  // Appliances ask in the order of the release: in a fleet that polls all the time, those whose
  // place is served are the ones that get something.
  void in_order() {
    waiting_.resize(row_.appliances);
    std::iota(waiting_.begin(), waiting_.end(), 0u);
    std::vector<std::uint32_t> places(row_.appliances);
    for (std::uint32_t i = 0; i < row_.appliances; ++i)
      places[i] = static_cast<std::uint32_t>(
          planner::place(desk_.rollout(), check_in(row_, seed_, i).facts.appliance));
    std::sort(waiting_.begin(), waiting_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return places[a] != places[b] ? places[a] < places[b] : a < b;
    });
  }

  bool room() const {
    const planner::Rollout& r = desk_.rollout();
    return r.phase == planner::RolloutPhase::running &&
           r.in_flight < planner::allowed_in_flight(r) &&
           r.exposed_now < planner::allowed_exposed(r);
  }

  // Asks until there is no more room. Whose turn it is not, or whose site is busy, asks again.
  bool grant() {
    bool any = false;
    std::vector<std::uint32_t> later;
    while (room() && next_ < waiting_.size()) {
      const std::uint32_t i = waiting_[next_++];
      ApplianceSeen asks = check_in(row_, seed_, i);
      desk_.tell(asks);
      const Answer answer = desk_.answer();
      if (answer.grant.kind != GrantKind::install) {
        if (answer.wait.reason == WaitReason::part_halted) continue;
        later.push_back(i);
        if (answer.wait.reason != WaitReason::site_busy && answer.wait.reason != WaitReason::turn)
          break;
        if (later.size() > 64) break;
        continue;
      }
      asks.facts.update = answer.standing;
      asks.facts.phase = UpdatePhase::staged;
      asks.facts.wants_token = true;
      desk_.tell(asks);
      if (desk_.answer().grant.kind != GrantKind::reboot) {
        later.push_back(i);
        break;
      }
      any = true;
      const Fate fate = fate_of(row_, seed_, i);
      if (desk_.now_s + fate.after_s < horizon_s)
        due_[desk_.now_s + fate.after_s].push_back({i, fate.fails});
    }
    for (std::size_t n = later.size(); n > 0; --n) waiting_[--next_] = later[n - 1];
    return any;
  }

  void verdict(const Pending& one, Result& result) {
    if (first_verdict_s_ == 0) first_verdict_s_ = desk_.now_s;
    ApplianceSeen says = check_in(row_, seed_, one.appliance);
    const planner::Appliance& known = *desk_.store().appliances.get(says.facts.appliance);
    Report report;
    report.seq = {1};
    report.kind = one.fails ? ReportKind::rolled_back : ReportKind::committed;
    report.reason = one.fails ? Reason::check_failed : Reason::none;
    report.update = known.update;
    report.rollout = first;
    report.version = release;
    says.reports.add(report);
    if (!one.fails) says.facts.running = release;
    desk_.tell(says);
    const planner::Rollout& r = desk_.rollout();
    if (result.halt_after_ms < 0 &&
        (r.phase == planner::RolloutPhase::halted || r.parts_halted > 0))
      result.halt_after_ms = std::int64_t{desk_.now_s - first_verdict_s_} * 1000;
    if (result.done_ms < 0 &&
        std::uint64_t{r.tally.committed} * 100 >= std::uint64_t{row_.appliances} * 99)
      result.done_ms = std::int64_t{desk_.now_s} * 1000;
  }

  bool is_over(const Result& result) const {
    const planner::RolloutPhase phase = desk_.rollout().phase;
    return phase == planner::RolloutPhase::halted || phase == planner::RolloutPhase::held ||
           (row_.model_share_ppm != 0 && result.halt_after_ms >= 0) ||
           (next_ == waiting_.size() && desk_.rollout().in_flight == 0);
  }

  void conclude(Result& result) const {
    const planner::Rollout& r = desk_.rollout();
    result.exposed = r.tally.exposed;
    result.halted = r.phase == planner::RolloutPhase::halted || r.parts_halted > 0;
    result.held = r.phase == planner::RolloutPhase::held;
    for (std::uint32_t n = 1; n <= r.strata; ++n) {
      const planner::Stratum* part = desk_.store().strata.get(planner::stratum_id(first, n));
      if (part->hardware.value == 2) result.part_exposed = part->exposed;
    }
    const bool all_asked = next_ == waiting_.size() && r.in_flight == 0;
    result.stuck = !result.halted && !result.held && !all_asked;
  }

  const Row& row_;
  std::uint64_t seed_;
  Desk desk_;
  std::vector<std::vector<Pending>> due_;  // by the second
  std::vector<std::uint32_t> waiting_;
  std::size_t next_ = 0;  // of waiting_
  std::uint32_t first_verdict_s_ = 0;
};

}  // namespace

Result play_planner(const Row& row, const Policy& policy, std::uint64_t seed) {
  return Play(row, policy, seed).run();
}

Cost measure_check_ins(std::uint32_t appliances, std::uint32_t rounds) {
  const Row row{"cost", appliances, 4'000};
  Desk desk(1, appliances);
  std::vector<ApplianceSeen> fleet;
  for (std::uint32_t i = 0; i < appliances; ++i) fleet.push_back(check_in(row, 1, i));
  for (const ApplianceSeen& e : fleet) desk.tell(e);
  RolloutSpec spec;
  spec.version = release;
  spec.policy = table_policy();
  desk.tell(Planner::RolloutAsked{{1}, spec, "table", ""});
  desk.tell(Planner::MoveAsked{{1}, {first, RolloutMove::start}, "table", ""});
  Cost cost;
  const std::clock_t begin = std::clock();
  for (std::uint32_t n = 0; n < rounds; ++n)
    for (const ApplianceSeen& e : fleet) desk.tell(e);
  cost.cpu_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  cost.check_ins = std::uint64_t{appliances} * rounds;
  return cost;
}

}  // namespace drydock::sim::table
