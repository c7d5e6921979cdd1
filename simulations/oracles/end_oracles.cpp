// What is checked each minute and at the end: the planner's counters, and that everybody converged.
#include <algorithm>
#include <span>

#include "actors/planner/evidence.hpp"
#include "simulations/oracles/oracles.hpp"

namespace drydock::sim {

using planner::Proposing;
using planner::Stage;

// Counting every row takes as long as the fleet is large: a large one is counted less often.
bool Oracles::recount_is_due() {
  constexpr std::size_t rows_a_minute = 10'000;
  return minutes_++ % (1 + lines_.size() / rows_a_minute) == 0;
}

void Oracles::each_minute() {
  if (recount_is_due()) recount();
}

void Oracles::recount() {
  recount_rollouts();
  recount_sites();
}

void Oracles::recount_rollouts() {
  const Planner::Store& store = planner();
  std::uint32_t proposing = 0, proposed_rows = 0, proposed = 0;
  std::vector<std::uint32_t> in_flight(store.rollouts.size() + 1, 0);
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const planner::Appliance& row = store.appliances.row(i);
    if (planner::in_flight(row.stage)) ++in_flight[row.rollout.value];
    if (row.proposing == Proposing::install) ++proposed_rows;
    if (row.proposing != Proposing::nothing) ++proposing;
  }
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
    const planner::Rollout& rollout = store.rollouts.row(i);
    proposed += rollout.proposed;
    if (rollout.in_flight != in_flight[i + 1])
      fail(0, "counts " + std::to_string(rollout.in_flight) + " in flight in rollout " +
                  std::to_string(i + 1) + "; its rows say " + std::to_string(in_flight[i + 1]));
  }
  if (proposed != proposed_rows)
    fail(0, "counts " + std::to_string(proposed) + " proposed installs; its rows say " +
                std::to_string(proposed_rows));
  if (store.head.proposing < proposing)
    fail(0, "counts " + std::to_string(store.head.proposing) + " proposals; its rows say " +
                std::to_string(proposing));
}

void Oracles::recount_sites() {
  const Planner::Store& store = planner();
  std::vector<std::uint32_t> in_flight(store.sites.size(), 0);
  for (std::uint32_t i = 0; i < store.appliances.size(); ++i) {
    const planner::Appliance& row = store.appliances.row(i);
    const std::uint32_t site =
        planner::in_flight(row.stage) ? store.sites.find(row.site) : store.sites.none;
    if (site != store.sites.none) ++in_flight[site];
  }
  for (std::uint32_t i = 0; i < store.sites.size(); ++i) {
    if (store.sites.row(i).in_flight != in_flight[i])
      fail(0, "counts " + std::to_string(store.sites.row(i).in_flight) + " in flight at site " +
                  std::to_string(store.sites.key(i).value) + "; its rows say " +
                  std::to_string(in_flight[i]));
  }
}

// --- at the end
// --------------------------------------------------------------------------------------

template <class Each>
void Oracles::each_course(Each&& each) const {
  std::vector<Update> course;
  for (const Line& line : lines_) {
    course.clear();
    for (std::uint32_t place = line.update; place != none; place = updates_[place].before)
      course.push_back(updates_[place]);
    std::sort(course.begin(), course.end(),
              [](const Update& a, const Update& b) { return a.rollout < b.rollout; });
    for (auto from = course.begin(); from != course.end();) {
      const auto to = std::find_if(from, course.end(),
                                   [&](const Update& u) { return u.rollout != from->rollout; });
      each(std::span<const Update>(from, to));
      from = to;
    }
  }
}

Oracles::Counts Oracles::truth() const {
  Counts counts;
  each_course([&](std::span<const Update> course) {
    const auto any = [&](auto&& is_so) -> std::uint32_t {
      return std::any_of(course.begin(), course.end(), is_so) ? 1 : 0;
    };
    counts.committed += any([](const Update& u) { return u.good; });
    counts.exposed += any([](const Update& u) { return u.armed; });
    counts.rolled_back += any([](const Update& u) { return u.fell_back; });
    counts.silent += any([](const Update& u) { return u.silent; });
  });
  return counts;
}

void Oracles::at_end() {
  recount();
  check_convergence();
  if (world_->settled()) check_tallies();
}

void Oracles::check_convergence() {
  if (!world_->settled()) fail(0, "the run did not settle before its horizon");
  for (std::uint32_t i = 1; i < lines_.size(); ++i) {
    const Appliance& box = world_->appliances()[i - 1];
    const planner::Appliance* row = planner().appliances.get(box.identity().id);
    if (row == nullptr) {
      fail(i, "never reached the centre");
      continue;
    }
    RolloutId rollout;
    const Wait why = Planner::why(planner(), *row, rollout);
    const bool proposing = row->proposing != planner::Proposing::nothing;
    if (!world_->settled() && (!box.at_rest() || planner::in_flight(row->stage) || proposing))
      fail(i, "is left: " + name_of(why) + "; stage " + std::string(name_of(row->stage)) +
                  ", scheduler phase " +
                  std::to_string(static_cast<int>(box.machine<Scheduler>().store().phase)) +
                  ", gate phase " +
                  std::to_string(static_cast<int>(box.machine<HealthGate>().store().phase)) +
                  (proposing ? ", a proposal was never answered" : ""));
    if (world_->settled() && row->running != box.running())
      fail(i, "runs " + name_of(box.running()) + "; the centre believes " + name_of(row->running));
    const Line& line = lines_[i];  // a centre that went back knows of none that went meanwhile
    const bool all_counted = line.lost_its_place ? std::max(line.counted, line.lost) >= line.kept
                                                 : line.counted == line.kept;
    if (world_->settled() && !all_counted)
      fail(i, "made " + std::to_string(line.kept) + " reports; the log took " +
                  std::to_string(line.counted));
  }
}

// The tallies against the truth of every update. An appliance may need several to get one release.
void Oracles::check_tallies() {
  std::map<RolloutId, planner::Tally> truth;
  each_course([&](std::span<const Update> course) {
    bool has_token = false, committed = false;
    if (std::all_of(course.begin(), course.end(), [](const Update& u) { return u.forgotten; }))
      return;
    planner::Tally& tally = truth[course.front().rollout];
    for (const Update& update : course) {
      if (update.forgotten) continue;
      const bool proven = update.good || update.fell_back;
      has_token = has_token || (update.token && !update.token_forgotten) || proven;
      committed = committed || update.good;
      tally.silent += update.silent ? 1 : 0;
      tally.rolled_back += update.fell_back && !update.silent ? 1 : 0;
    }
    ++tally.granted;
    tally.exposed += has_token ? 1 : 0;
    tally.committed += committed ? 1 : 0;
  });
  const auto compare = [&](RolloutId id, const char* what, std::uint32_t said, std::uint32_t is) {
    // Whose disk goes back may do again what is counted already, with another end; and an end that
    // was lost with a journal is silence to the centre.
    const std::uint32_t unsure = reverts_ + untold_;
    if (said > is + unsure || is > said + unsure)
      fail(0, "rollout " + std::to_string(id.value) + ": counts " + std::to_string(said) + " " +
                  what + "; the truth is " + std::to_string(is));
  };
  for (const auto& [id, is] : truth) {
    const planner::Tally& said = planner().rollouts.get(id)->tally;
    compare(id, "granted", said.granted, is.granted);
    compare(id, "exposed", said.exposed, is.exposed);
    compare(id, "committed", said.committed, is.committed);
    compare(id, "silent", said.silent, is.silent);
    compare(id, "rolled back", said.rolled_back, is.rolled_back);
  }
}

}  // namespace drydock::sim
