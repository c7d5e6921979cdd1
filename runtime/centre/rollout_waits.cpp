#include "runtime/centre/rollout_waits.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/words.hpp"

namespace drydock::centre {
namespace {

using planner::RolloutPhase;

// A rollout that does not run waits for a person; empty: it runs.
std::string waits_for_a_person(const planner::Rollout& row) {
  switch (row.phase) {
    case RolloutPhase::created:
      return planner::waits_for_approval(row)
                 ? fmt::format("the approval of a person other than {}", row.by.view())
                 : "a person starts it";
    case RolloutPhase::paused: return "a person resumes it";
    case RolloutPhase::held:
      return fmt::format(
          "a person: {} were exposed, and their verdicts ({} of {} failed) exclude neither the "
          "tolerated rate nor twice that; resume lets as many again try, halt ends it",
          row.tally.exposed, row.verdicts.failed, row.verdicts.seen);
    case RolloutPhase::halted: return "nothing: it is over";
    case RolloutPhase::expired: return "a person resumes it for another lifetime";
    case RolloutPhase::unknown:
    case RolloutPhase::running: break;
  }
  return {};
}

// Of these appliances the rollout wants nothing more.
bool is_done(WaitReason reason) {
  return reason == WaitReason::up_to_date || reason == WaitReason::newer_already ||
         reason == WaitReason::hardware || reason == WaitReason::no_rollout;
}

// Told by the counts of who has an order.
bool is_ordered(WaitReason reason) {
  return reason == WaitReason::in_progress || reason == WaitReason::deciding;
}

void add(std::string& text, const std::string& part) {
  if (!text.empty()) text += "; ";
  text += part;
}

std::string of_orders(const planner::Census& census) {
  std::string text;
  const auto one = [&](std::uint32_t count, const char* what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  one(census.exposed, "with a reboot token to prove the release");
  one(census.staged, "staged");
  one(census.downloading, "to download and write it");
  if (!text.empty() && census.oldest)
    text += fmt::format(", {} longest, since {}", hex(census.oldest.value),
                        utc_text(census.oldest_since));
  return text;
}

struct Late {
  ApplianceId appliance;
  std::string why;
};

// Whose turn it is, with what the registry and its last check-in say of it.
std::vector<Late> late(const OperatorParts& parts, const planner::Census& census) {
  std::vector<Late> all;
  if (census.due.empty()) return all;
  const auto rows =
      copied<Registry>(*parts.machines, [due = census.due](const Registry::Store& store) {
        std::vector<std::pair<ApplianceId, Registry::Row>> found;
        for (const ApplianceId id : due)
          if (const auto* row = store.appliances.get(id)) found.push_back({id, *row});
        return found;
      });
  if (!rows) return all;
  for (const auto& [id, row] : *rows) {
    const Wait wait = registry_wait(row);
    const auto heard = parts.presence->heard(id);
    all.push_back({id, wait.reason != WaitReason::not_tried_yet ? wait_text(wait)
                       : heard ? "last heard of at " + utc_text(heard->when)
                               : "not heard of since this coordinator started"});
  }
  return all;
}

std::string of_running(const RolloutView& view, const std::vector<Late>& late) {
  if (view.targets == 0) return "an appliance that it is for: none has ever checked in";
  const planner::Census& census = *view.census;
  std::string text = of_orders(census);
  std::vector<planner::Census::Waiting> by_count;
  for (const auto& each : census.waiting)
    if (each.count > 0 && each.first.reason != WaitReason::none && !is_done(each.first.reason) &&
        !is_ordered(each.first.reason))
      by_count.push_back(each);
  std::stable_sort(by_count.begin(), by_count.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  for (const auto& each : by_count)
    add(text, fmt::format("{} held back, the first because {}", each.count, wait_text(each.first)));
  if (const std::uint32_t due = census.waiting[0].count; due > 0)
    add(text, fmt::format("the next check-in of {}", due) +
                  (late.empty() ? ""
                                : fmt::format(", the first {}: {}", hex(late[0].appliance.value),
                                              late[0].why)));
  if (text.empty()) return "nothing: every appliance that it is for is done";
  if (census.looked_at < census.known)
    text += fmt::format(" (of {} appliances looked at)", census.looked_at);
  return text;
}

Json by_reason(const planner::Census& census) {
  Json all = Json::array();
  for (const auto& each : census.waiting)
    if (each.count > 0)
      all.push_back({{"reason", wait_word(each.first.reason)},
                     {"count", each.count},
                     {"text", wait_text(each.first)}});
  return all;
}

}  // namespace

Json waits_json(const OperatorParts& parts, const RolloutView& view) {
  const shell::Moment now = parts.now();
  const planner::Rollout& row = view.row;
  const std::string person = waits_for_a_person(row);
  // A phase began by the wall's clock; a step further is counted on one that never jumps.
  const Duration waits{std::max<std::int64_t>(
      0, person.empty() ? (now.up - row.progressed).value : (now.wall - row.moved).value)};
  Json json{{"waits_for", person},
            {"waits_since_ms", (now.wall.value - waits.value)},
            {"waits_ms", waits.value}};
  if (!view.census) {
    if (person.empty())
      json["waits_for"] =
          fmt::format("{} in flight; ask about this rollout alone for more", row.in_flight);
    return json;
  }
  const std::vector<Late> who = late(parts, *view.census);
  if (person.empty()) json["waits_for"] = of_running(view, who);
  json["waiting"] = by_reason(*view.census);
  Json named = Json::array();
  for (const Late& each : who)
    named.push_back({{"appliance", hex(each.appliance.value)}, {"text", each.why}});
  json["late"] = std::move(named);
  return json;
}

}  // namespace drydock::centre
