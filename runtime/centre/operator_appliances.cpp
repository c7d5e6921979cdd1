// Operators and appliances.
#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/json_input.hpp"
#include "runtime/centre/rollout_changes.hpp"
#include "runtime/centre/words.hpp"
#include "runtime/trust/names.hpp"

namespace drydock::centre {
namespace {

constexpr std::uint32_t page_default = 1000, page_max = 10'000;

struct Known {  // what registry and planner know of one appliance
  ApplianceId id;
  Registry::Row row;
  bool seen = false;  // by the planner; else what follows is empty
  planner::Appliance plan;
  Wait wait;
  RolloutId governing;
  WallTime since;  // when it began to wait for that; 0: not known
};

// Since when the appliance waits for this, as far as the planner knows; 0: it does not.
WallTime waits_since(const Planner::Store& store, const Known& known) {
  if (planner::in_flight(known.plan.stage)) return planner::order_given(store, known.plan);
  if (known.wait.reason == WaitReason::none || known.wait.reason == WaitReason::up_to_date ||
      known.wait.reason == WaitReason::newer_already)
    return {};
  const planner::Rollout* rollout = store.rollouts.get(known.governing);
  return rollout == nullptr ? WallTime{} : rollout->moved;
}

std::vector<Known> with_plans(std::vector<Known> all, const Planner::Store& store, const Turn& at) {
  for (Known& known : all) {
    known.wait = registry_wait(known.row);
    const std::uint32_t i = store.appliances.find(known.id);
    if (i == store.appliances.none) continue;
    known.seen = true;
    known.plan = store.appliances.row(i);
    const Wait wait = Planner::why(store, i, known.governing, at);
    if (known.wait.reason != WaitReason::not_tried_yet) continue;
    known.wait = wait;
    known.since = waits_since(store, known);
  }
  return all;
}

std::optional<std::vector<Known>> plans_of(const OperatorParts& parts, std::vector<Known> all) {
  auto known = copied<Planner>(
      *parts.machines, [all = std::move(all), at = turn_at(parts.now())](
                           const Planner::Store& store) { return with_plans(all, store, at); });
  if (!known) return known;
  // Its own window is the appliance's to know: it says when it opens.
  const WallTime now = parts.now().wall;
  for (Known& one : *known) {
    const auto heard = parts.presence->heard(one.id);
    if (one.wait.reason == WaitReason::in_progress && one.plan.stage == planner::Stage::staged &&
        heard && heard->window_opens > now)
      one.wait = {WaitReason::window, static_cast<std::uint64_t>(heard->window_opens.value), 0};
  }
  return known;
}

Json wait_json(const Wait& wait) {
  return {
      {"reason", wait_word(wait.reason)}, {"a", wait.a}, {"b", wait.b}, {"text", wait_text(wait)}};
}

Json appliance_json(const OperatorParts& parts, const Known& known) {
  const auto seen = parts.presence->heard(known.id);
  const Registry::Row& row = known.row;
  return {{"appliance", hex(known.id.value)},
          {"client", parts.names->name(NameKind::client, row.client.value)},
          {"site", site_of_key(parts.names->name(NameKind::site, row.site.value))},
          {"hardware", parts.names->name(NameKind::hardware, row.hardware.value)},
          {"lifecycle", name_of(row.lifecycle)},
          {"version", row.running.value == 0 ? "" : name_of(row.running)},
          {"boot", row.boot ? hex(row.boot.value) : ""},
          {"stage", name_of(known.plan.stage)},
          {"rollout", known.plan.rollout.value},
          {"reason", name_of(known.plan.reason)},
          {"detail", known.plan.detail.view()},
          {"wait", wait_json(known.wait)},
          {"last_seen_ms", seen ? Json(seen->when.value) : Json(nullptr)}};
}

// The named appliance, or the answer to give instead.
Result<Known> one_appliance(const OperatorParts& parts, const OperatorCall& call) {
  const auto id = trust::parse_appliance_id(call.path[2]);
  if (!id) return id.error();
  const auto row = copied<Registry>(
      *parts.machines, [id = *id](const Registry::Store& store) -> std::optional<Registry::Row> {
        const Registry::Row* found = store.appliances.get(id);
        if (found == nullptr) return {};
        return *found;
      });
  if (!row) return Error{ErrorKind::timed_out, "the registry did not answer in time; try again"};
  if (!*row || !may_see(call.who, (*row)->client))
    return Error{ErrorKind::not_found,
                 "no appliance " + hex(id->value) + " is registered; provision it first"};
  const auto known = plans_of(parts, {Known{*id, **row, false, {}, {}, {}, {}}});
  if (!known) return Error{ErrorKind::timed_out, "the planner did not answer in time; try again"};
  return known->front();
}

struct Page {
  std::vector<Known> appliances;
  std::uint32_t next = 0;  // row to go on from; 0: that was all
};

Page page_of(const Registry::Store& store, const trust::OperatorIdentity& who, std::uint32_t from,
             std::uint32_t limit) {
  Page page;
  for (std::uint32_t i = from; i < store.appliances.size(); ++i) {
    if (page.appliances.size() == limit) {
      page.next = i;
      break;
    }
    if (!may_see(who, store.appliances.row(i).client)) continue;
    page.appliances.push_back(
        {store.appliances.key(i), store.appliances.row(i), false, {}, {}, {}, {}});
  }
  return page;
}

}  // namespace

Wait registry_wait(const Registry::Row& row) {
  if (row.lifecycle != Lifecycle::active)
    return {WaitReason::not_active, static_cast<std::uint64_t>(row.lifecycle), 0};
  if (row.site_mismatch) return {WaitReason::site_mismatch, row.site.value, 0};
  return {WaitReason::not_tried_yet, 0, 0};
}

http::Response list_appliances(const OperatorParts& parts, const OperatorCall& call) {
  const auto from = number_asked(call.request, "from", 0);
  const auto limit = number_asked(call.request, "limit", page_default);
  if (!from) return refusal(from.error());
  if (!limit) return refusal(limit.error());
  const std::uint32_t rows = std::clamp<std::uint32_t>(*limit, 1, page_max);
  const auto page = copied<Registry>(
      *parts.machines, [who = call.who, first = *from, rows](const Registry::Store& store) {
        return page_of(store, who, first, rows);
      });
  if (!page) return too_slow();
  const auto known = plans_of(parts, page->appliances);
  if (!known) return too_slow();
  Json all = Json::array();
  for (const Known& each : *known) all.push_back(appliance_json(parts, each));
  Json body{{"appliances", std::move(all)}};
  if (page->next != 0) body["next"] = page->next;
  return reply(200, body);
}

http::Response show_appliance(const OperatorParts& parts, const OperatorCall& call) {
  const auto known = one_appliance(parts, call);
  return known ? reply(200, appliance_json(parts, *known)) : refusal(known.error());
}

namespace {

// Who has the place at its site that it waits for.
Json holders(const OperatorParts& parts, const Known& known) {
  Json all = Json::array();
  if (known.wait.reason != WaitReason::site_busy) return all;
  const auto found =
      copied<Planner>(*parts.machines, [site = known.plan.site](const Planner::Store& store) {
        std::vector<std::pair<ApplianceId, planner::Appliance>> holding;
        for (const ApplianceId id : planner::holders_at(store, site))
          holding.push_back({id, *store.appliances.get(id)});
        return holding;
      });
  if (!found) return all;
  for (const auto& [id, row] : *found)
    all.push_back({{"appliance", hex(id.value)},
                   {"stage", name_of(row.stage)},
                   {"rollout", row.rollout.value},
                   {"expires_ms", row.expires.value}});
  return all;
}

}  // namespace

http::Response explain_appliance(const OperatorParts& parts, const OperatorCall& call) {
  const auto known = one_appliance(parts, call);
  if (!known) return refusal(known.error());
  const bool waits = known->since.value != 0;
  return reply(200,
               Json{{"appliance", hex(known->id.value)},
                    {"text", wait_text(known->wait)},
                    {"since_ms", waits ? Json(known->since.value) : Json(nullptr)},
                    {"held_by", holders(parts, *known)},
                    {"wait", wait_json(known->wait)},
                    {"rollout", known->governing.value},
                    {"stage", name_of(known->plan.stage)},
                    {"stage_rollout", known->plan.rollout.value},
                    {"version", known->row.running.value == 0 ? "" : name_of(known->row.running)},
                    {"lifecycle", name_of(known->row.lifecycle)},
                    {"reason", name_of(known->plan.reason)},
                    {"detail", known->plan.detail.view()},
                    {"lapses", known->plan.lapses}});
}

http::Response register_appliance(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  const auto id_text = in.text("appliance", 16);
  const auto client = in.text("client", trust::name_length_max);
  const auto site = in.text("site", trust::name_length_max);
  const auto hardware = in.text("hardware", trust::name_length_max);
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto id = trust::parse_appliance_id(id_text);
  if (!id) return refusal(400, id.error().text);
  for (const auto& [what, name] :
       {std::pair{"client", client}, {"site", site}, {"hardware", hardware}})
    if (auto s = trust::check_name(what, name); !s) return refusal(400, s.error().text);
  if (!call.who.may_see(client))
    return refusal(
        403, fmt::format("{} is an operator of client {} alone", call.who.name, call.who.client));
  const auto at = parts.now();
  const auto key = site_key(client, site);
  for (const auto& [kind, name] :
       {std::pair{NameKind::client, client}, {NameKind::site, key}, {NameKind::hardware, hardware}})
    if (auto s = parts.names->keep(kind, name, at); !s) return refusal(s.error());
  const auto answer = parts.requests->ask([&](RequestId request) {
    parts.machines->tell(
        Registry::Event{Registry::ApplianceProvisioned{request,
                                                       *id,
                                                       {name_number(client)},
                                                       {name_number(key)},
                                                       {name_number(hardware)},
                                                       std::string_view(call.who.name)}});
  });
  if (!answer || answer->result != OperatorResult::done)
    return refused_by_machine(answer, "appliance " + id_text);
  spdlog::info("{} registered appliance {} of {} at {}", call.who.name, id_text, client, site);
  return reply(200, Json{{"appliance", id_text}});
}

http::Response set_lifecycle(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  const auto word = in.text("lifecycle", 16);
  const auto why = in.optional_text("why", why_bytes_max).value_or("");
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto lifecycle = lifecycle_of(word);
  if (!lifecycle)
    return refusal(400,
                   "\"lifecycle\" must be PENDING, ACTIVE, QUARANTINED, MAINTENANCE, RETIRED or "
                   "REPLACED");
  const auto known = one_appliance(parts, call);
  if (!known) return refusal(known.error());
  const auto answer = parts.requests->ask([&](RequestId request) {
    parts.machines->tell(Registry::Event{Registry::LifecycleOrdered{
        request, known->id, *lifecycle, std::string_view(call.who.name), std::string_view(why)}});
  });
  if (!answer || answer->result != OperatorResult::done)
    return refused_by_machine(answer, "appliance " + hex(known->id.value));
  spdlog::info("{} made appliance {} {}: {}", call.who.name, hex(known->id.value), word, why);
  return reply(200, Json{{"appliance", hex(known->id.value)}, {"lifecycle", word}});
}

}  // namespace drydock::centre
