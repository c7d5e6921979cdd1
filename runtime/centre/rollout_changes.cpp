#include "runtime/centre/rollout_changes.hpp"

#include <charconv>

#include <fmt/format.h>

#include "actors/planner/evidence.hpp"

namespace drydock::centre {
namespace {

std::vector<planner::Stratum> parts_of(const Planner::Store& store, RolloutId id,
                                       const planner::Rollout& row) {
  std::vector<planner::Stratum> parts;
  for (std::uint32_t n = 1; n <= row.strata; ++n)
    if (const auto* part = store.strata.get(planner::stratum_id(id, n))) parts.push_back(*part);
  return parts;
}

RolloutView view(const Planner::Store& store, std::uint32_t i) {
  const RolloutId id = store.rollouts.key(i);
  const planner::Rollout& row = store.rollouts.row(i);
  return {id,
          row,
          Planner::targets(store, id),
          planner::allowed_in_flight(row),
          planner::failures(row.tally),
          store.head.epoch,
          parts_of(store, id, row),
          {}};
}

// All of them, at most Planner::rollouts_max, or one; counting targets walks every appliance.
std::vector<RolloutView> views(const Planner::Store& store, const trust::OperatorIdentity& who,
                               std::optional<RolloutId> only) {
  std::vector<RolloutView> found;
  for (std::uint32_t i = 0; i < store.rollouts.size(); ++i) {
    const bool wanted = !only || store.rollouts.key(i) == *only;
    if (wanted && may_see(who, store.rollouts.row(i).spec.client)) found.push_back(view(store, i));
  }
  return found;
}

std::optional<std::vector<RolloutView>> look(const OperatorParts& parts,
                                             const trust::OperatorIdentity& who,
                                             std::optional<RolloutId> only) {
  return copied<Planner>(*parts.machines, [who, only](const Planner::Store& store) {
    return views(store, who, only);
  });
}

Result<RolloutId> named(const OperatorCall& call) {
  const std::string_view text = call.path[2];
  RolloutId id;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id.value);
  if (failed == std::errc() && end == text.data() + text.size()) return id;
  return Error{ErrorKind::malformed, "a rollout is named by its number: 1, 2, 3, ..."};
}

}  // namespace

std::optional<std::vector<RolloutView>> view_rollouts(const OperatorParts& parts,
                                                      const trust::OperatorIdentity& who) {
  return look(parts, who, {});
}

Result<RolloutView> view_rollout(const OperatorParts& parts, const OperatorCall& call) {
  const auto id = named(call);
  if (!id) return id.error();
  const auto found = look(parts, call.who, *id);
  if (!found) return Error{ErrorKind::timed_out, "the planner did not answer in time; try again"};
  if (!found->empty()) return found->front();
  return Error{ErrorKind::not_found, fmt::format("there is no rollout {}", id->value)};
}

Result<RolloutView> look_closely(const OperatorParts& parts, const OperatorCall& call) {
  auto view = view_rollout(parts, call);
  if (!view) return view;
  view->census = copied<Planner>(
      *parts.machines, [id = view->id, at = turn_at(parts.now())](const Planner::Store& store) {
        return planner::census(store, id, at);
      });
  if (!view->census)
    return Error{ErrorKind::timed_out, "the planner did not answer in time; try again"};
  return view;
}

Turn turn_at(const shell::Moment& now) { return {now.up, now.wall, now.trust, {}}; }

std::optional<OperatorAnswered> ask_for_rollout(const OperatorParts& parts, const RolloutSpec& spec,
                                                const Signed& who) {
  return parts.requests->ask([&](RequestId request) {
    parts.machines->tell(Planner::Event{
        Planner::RolloutAsked{request, spec, std::string_view(who.by), std::string_view(who.why)}});
  });
}

std::optional<OperatorAnswered> ask_for_move(const OperatorParts& parts, RolloutId rollout,
                                             RolloutMove move, const Signed& who) {
  return parts.requests->ask([&](RequestId request) {
    parts.machines->tell(Planner::Event{Planner::MoveAsked{
        request, {rollout, move}, std::string_view(who.by), std::string_view(who.why)}});
  });
}

bool done(const std::optional<OperatorAnswered>& answer) {
  return answer && answer->result == OperatorResult::done;
}

Result<HardwareId> hardware_of(const OperatorParts& parts, const std::string& name) {
  if (name == "*") return HardwareId{};
  if (auto s = parts.names->keep(NameKind::hardware, name, parts.now()); !s) return s.error();
  return HardwareId{name_number(name)};
}

}  // namespace drydock::centre
