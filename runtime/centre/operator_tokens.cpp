// Operators and the places that appliances hold: who has an order, and taking one back.
#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/json_input.hpp"
#include "runtime/centre/rollout_changes.hpp"
#include "runtime/trust/names.hpp"

namespace drydock::centre {
namespace {

constexpr std::uint32_t page_default = 1000, page_max = 10'000;

struct Holder {
  ApplianceId id;
  planner::Appliance row;
  WallTime since;
};

struct Page {
  std::vector<Holder> holders;
  std::uint32_t next = 0;  // row to go on from; 0: that was all
};

Page page_of(const Planner::Store& store, const trust::OperatorIdentity& who, std::uint32_t from,
             std::uint32_t limit) {
  Page page;
  for (std::uint32_t i = from; i < store.appliances.size(); ++i) {
    const planner::Appliance& row = store.appliances.row(i);
    if (!planner::is_awaited(row.stage) || !may_see(who, row.client)) continue;
    if (page.holders.size() == limit) {
      page.next = i;
      break;
    }
    page.holders.push_back({store.appliances.key(i), row, planner::order_given(store, row)});
  }
  return page;
}

// The appliance that the path names, if this operator may see it.
Result<ApplianceId> named(const OperatorParts& parts, const OperatorCall& call) {
  const auto id = trust::parse_appliance_id(call.path[2]);
  if (!id) return id.error();
  const auto client = copied<Planner>(
      *parts.machines, [id = *id](const Planner::Store& store) -> std::optional<ClientId> {
        const planner::Appliance* row = store.appliances.get(id);
        if (row == nullptr) return {};
        return row->client;
      });
  if (!client) return Error{ErrorKind::timed_out, "the planner did not answer in time; try again"};
  if (*client && may_see(call.who, **client)) return *id;
  return Error{ErrorKind::not_found,
               fmt::format("appliance {} holds no order: it has never checked in", hex(id->value))};
}

}  // namespace

http::Response list_tokens(const OperatorParts& parts, const OperatorCall& call) {
  const auto from = number_asked(call.request, "from", 0);
  const auto limit = number_asked(call.request, "limit", page_default);
  if (!from) return refusal(from.error());
  if (!limit) return refusal(limit.error());
  const std::uint32_t rows = std::clamp<std::uint32_t>(*limit, 1, page_max);
  const auto page = copied<Planner>(
      *parts.machines, [who = call.who, first = *from, rows](const Planner::Store& store) {
        return page_of(store, who, first, rows);
      });
  if (!page) return too_slow();
  Json all = Json::array();
  for (const Holder& each : page->holders)
    all.push_back({{"appliance", hex(each.id.value)},
                   {"client", parts.names->name(NameKind::client, each.row.client.value)},
                   {"site", site_of_key(parts.names->name(NameKind::site, each.row.site.value))},
                   {"stage", name_of(each.row.stage)},
                   {"rollout", each.row.rollout.value},
                   {"order", each.row.order.value},
                   {"since_ms", each.since.value == 0 ? Json(nullptr) : Json(each.since.value)},
                   {"expires_ms", each.row.expires.value}});
  Json body{{"holders", std::move(all)}};
  if (page->next != 0) body["next"] = page->next;
  return reply(200, body);
}

http::Response release_order(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  const auto why = in.text("why", why_bytes_max);
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto id = named(parts, call);
  if (!id) return refusal(id.error());
  const std::string what = "the order of appliance " + hex(id->value);
  const auto answer = parts.requests->ask([&](RequestId request) {
    parts.machines->tell(Planner::Event{Planner::ReleaseAsked{
        request, *id, std::string_view(call.who.name), std::string_view(why)}});
  });
  if (answer && answer->result == OperatorResult::wrong_phase)
    return refusal(409, what + ": it holds none now; see drydock token list");
  if (!done(answer)) return refused_by_machine(answer, what);
  spdlog::info("{} released the order of appliance {} in rollout {}: {}", call.who.name,
               hex(id->value), answer->rollout.value, why);
  return reply(200, Json{{"appliance", hex(id->value)}, {"rollout", answer->rollout.value}});
}

}  // namespace drydock::centre
