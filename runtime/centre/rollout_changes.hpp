#pragma once
// What operators may do to rollouts, as events of the planner and their answers. Internal to this
// folder.
#include "actors/planner/census.hpp"
#include "runtime/centre/operator_handlers.hpp"

namespace drydock::centre {

struct RolloutView {  // one rollout as it stands, copied out of the planner
  RolloutId id;
  planner::Rollout row;
  std::uint32_t targets = 0, allowed = 0, failures = 0;
  Epoch epoch;
  std::vector<planner::Stratum> parts;    // hardware models that are watched for themselves
  std::optional<planner::Census> census;  // where it was looked at closely
};

// Those this operator may see, in the order of their ids; nothing: the planner is too slow.
std::optional<std::vector<RolloutView>> view_rollouts(const OperatorParts& parts,
                                                      const trust::OperatorIdentity& who);
// The one the path names. Errors: not_found, malformed, timed_out.
Result<RolloutView> view_rollout(const OperatorParts& parts, const OperatorCall& call);
// The same, with what every one of its appliances waits for.
Result<RolloutView> look_closely(const OperatorParts& parts, const OperatorCall& call);

struct Signed {  // who wants it, and why
  std::string by;
  std::string why;
};
// Each blocks until the decision log has it, or not.
std::optional<OperatorAnswered> ask_for_rollout(const OperatorParts& parts, const RolloutSpec& spec,
                                                const Signed& who);
std::optional<OperatorAnswered> ask_for_move(const OperatorParts& parts, RolloutId rollout,
                                             RolloutMove move, const Signed& who);
bool done(const std::optional<OperatorAnswered>& answer);

// This moment, for the planner's questions that draw no dice.
Turn turn_at(const shell::Moment& now);

// The number of a manifest's hardware name; 0 for "*". Its name is kept for listings.
Result<HardwareId> hardware_of(const OperatorParts& parts, const std::string& name);

}  // namespace drydock::centre
