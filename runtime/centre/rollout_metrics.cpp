#include "runtime/centre/rollout_metrics.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "actors/planner/census.hpp"
#include "actors/planner/evidence.hpp"
#include "runtime/centre/rollout_changes.hpp"
#include "runtime/centre/words.hpp"

namespace drydock::centre {
namespace {

using planner::RolloutPhase;

constexpr std::size_t phases = 7;

struct Seen {  // what is copied out of the planner of one rollout
  RolloutId id;
  Version version;
  RolloutPhase phase = RolloutPhase::unknown;
  planner::Tally tally;
  std::uint32_t failures = 0, failure_limit = 0, in_flight = 0, in_flight_allowed = 0;
  struct Evidence {
    std::uint32_t exposed_now = 0, exposed_allowed = 0, cap = 0, needs = 0;
    planner::Verdicts verdicts;
    bool accepted = false;
  };
  std::optional<Evidence> evidence;  // where the policy asks for it
};

Seen seen(RolloutId id, const planner::Rollout& row) {
  Seen found{id,
             row.spec.version,
             row.phase,
             row.tally,
             planner::failures(row.tally),
             row.spec.policy.failure_limit,
             row.in_flight,
             planner::allowed_in_flight(row),
             {}};
  if (!planner::on_evidence(row.spec.policy)) return found;
  const bool capped = !row.accepted && !planner::too_small_to_accept(row);
  found.evidence = {row.exposed_now,
                    planner::allowed_exposed(row),
                    capped ? planner::exposure_cap(row) : row.fleet,
                    row.spec.policy.accept_needs,
                    row.verdicts,
                    row.accepted};
  return found;
}

std::vector<Seen> all_seen(const Planner::Store& store) {
  std::vector<Seen> found;
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i)
    found.push_back(seen(store.rollouts.key(i), store.rollouts.row(i)));
  return found;
}

class Told {  // the series of one rollout
 public:
  Told(observe::Metrics& metrics, const Seen& rollout)
      : metrics_(metrics),
        which_{{"rollout", std::to_string(rollout.id.value)},
               {"version", name_of(rollout.version)}} {}

  void set(const char* name, const char* help, std::int64_t value) {
    metrics_.gauge(name, help, which_).set(value);
  }
  void set(const char* name, const char* help, const char* label, std::string_view word,
           std::int64_t value) {
    metrics_.gauge(name, help, with(label, word)).set(value);
  }
  observe::Labels with(const char* label, std::string_view word) const {
    observe::Labels labels = which_;
    labels.emplace(label, word);
    return labels;
  }

 private:
  observe::Metrics& metrics_;
  const observe::Labels which_;
};

void tell_phase(Told& told, RolloutPhase phase) {
  for (std::size_t n = 1; n < phases; ++n) {
    const auto each = static_cast<RolloutPhase>(n);
    told.set("drydock_rollout_phase", "1 for the phase that the rollout is in.", "phase",
             planner::name_of(each), each == phase ? 1 : 0);
  }
}

void tell_tally(Told& told, const Seen& rollout) {
  for (const auto& [stage, count] : tally_words(rollout.tally))
    told.set("drydock_rollout_reached", "Appliances of the rollout that ever came so far.", "stage",
             stage, count);
  told.set("drydock_rollout_in_flight", "Appliances with an order of the rollout.",
           rollout.in_flight);
  told.set("drydock_rollout_in_flight_allowed", "How many may have one now.",
           rollout.in_flight_allowed);
  told.set("drydock_rollout_failures", "Failures that speak against the release.",
           rollout.failures);
  told.set("drydock_rollout_failure_limit", "So many halt it; 0: no number of them alone does.",
           rollout.failure_limit);
}

void tell_evidence(Told& told, const Seen::Evidence& evidence) {
  told.set("drydock_rollout_exposed_now", "Appliances that have their reboot token, and no end.",
           evidence.exposed_now);
  told.set("drydock_rollout_exposed_allowed", "How many may have it at once now.",
           evidence.exposed_allowed);
  told.set("drydock_rollout_exposure_cap",
           "How many may be exposed in all until the verdicts accept the release; its whole fleet "
           "where nothing caps it.",
           evidence.cap);
  const char* const verdicts = "drydock_rollout_verdicts";
  const char* const help = "Appliances whose verdict is counted.";
  told.set(verdicts, help, "result", "good", evidence.verdicts.seen - evidence.verdicts.failed);
  told.set(verdicts, help, "result", "failed", evidence.verdicts.failed);
  told.set("drydock_rollout_acceptance_needs",
           "Verdicts that acceptance takes when half the tolerated rate fails.", evidence.needs);
  told.set("drydock_rollout_accepted", "1 once the verdicts exclude twice the tolerated rate.",
           evidence.accepted ? 1 : 0);
}

using Reasons = std::array<std::uint32_t, planner::wait_reasons>;

std::optional<Reasons> reasons(Machines& machines, RolloutId id, const Turn& now) {
  return copied<Planner>(machines, [id, now](const Planner::Store& store) {
    const planner::Census census = planner::census(store, id, now);
    Reasons counts{};
    for (std::size_t n = 0; n < counts.size(); ++n) counts[n] = census.waiting[n].count;
    return counts;
  });
}

// The one that a check-in was not yet asked for has no word of its own.
std::string_view word_of(std::size_t reason) {
  return reason == 0 ? "next_check_in" : wait_word(static_cast<WaitReason>(reason));
}

}  // namespace

void RolloutMetrics::count(Machines& machines, const shell::Moment& now,
                           observe::Metrics& metrics) {
  const auto rollouts = copied<Planner>(machines, all_seen);
  if (!rollouts) return;
  std::set<observe::Labels> silent = waiting_;
  std::size_t looked_at = 0;
  const auto wait_for = [&](const observe::Labels& labels, std::int64_t count) {
    metrics
        .gauge("drydock_rollout_waiting",
               "Appliances of a running rollout by what they wait for; of over 100000 a sample.",
               labels)
        .set(count);
  };
  for (auto each = rollouts->rbegin(); each != rollouts->rend(); ++each) {
    Told told(metrics, *each);
    tell_phase(told, each->phase);
    tell_tally(told, *each);
    if (each->evidence) tell_evidence(told, *each->evidence);
    if (each->phase != RolloutPhase::running || looked_at == rollouts_looked_at_max) continue;
    ++looked_at;
    const auto counts = reasons(machines, each->id, turn_at(now));
    if (!counts) {  // no answer is no count
      const std::string mine = std::to_string(each->id.value);
      std::erase_if(silent, [&](const auto& labels) { return labels.at("rollout") == mine; });
      continue;
    }
    for (std::size_t n = 0; n < counts->size(); ++n) {
      if ((*counts)[n] == 0) continue;
      const observe::Labels labels = told.with("reason", word_of(n));
      wait_for(labels, (*counts)[n]);
      waiting_.insert(labels);
      silent.erase(labels);
    }
  }
  for (const observe::Labels& labels : silent) wait_for(labels, 0);
}

}  // namespace drydock::centre
