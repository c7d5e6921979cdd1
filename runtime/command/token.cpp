// drydock token list, release
#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

// Pages of the centre, one after the other; a fleet of ten million has this many.
constexpr unsigned pages_max = 10'000;

Result<Json> all_holders(Centre& centre) {
  Json all = Json::array();
  std::uint64_t from = 0;
  for (unsigned page = 0; page < pages_max; ++page) {
    const auto answer = centre.get(fmt::format("/v1/tokens?from={}", from));
    if (!answer) return answer.error();
    const Json* holders = list_in(*answer, "holders");
    if (holders == nullptr)
      return Error{ErrorKind::malformed, "the centre's answer holds no list of holders"};
    for (const Json& each : *holders) all.push_back(each);
    const auto next = number_in(*answer, "next");
    if (!next || *next <= from) break;
    from = *next;
  }
  return Json{{"holders", std::move(all)}};
}

Exit list(const std::string& site, Session& session, Centre& centre) {
  const auto answer = all_holders(centre);
  if (!answer) return session.console.failed(answer.error());
  Json shown = Json::array();
  std::vector<Row> rows;
  for (const Json& each : (*answer)["holders"]) {
    if (!site.empty() && text_in(each, "site") != site) continue;
    shown.push_back(each);
    const auto since = time_in(each, "since_ms");
    rows.push_back({cell(each, "appliance"), cell(each, "client"), cell(each, "site"),
                    cell(each, "stage"), cell(each, "rollout"),
                    since ? human_age(*since, session.console.world().wall()) : "-",
                    human_time(time_in(each, "expires_ms").value_or(WallTime{}))});
  }
  const Row head = {"APPLIANCE", "CLIENT", "SITE", "STAGE", "ROLLOUT", "GIVEN", "GOOD UNTIL"};
  return session.console.result({{"holders", shown}},
                                rows.empty() ? "Nobody holds an order.\n" : table(head, rows));
}

Exit release(const std::string& appliance, const std::string& why, Session& session,
             Centre& centre) {
  const auto answer = centre.post("/v1/appliances/" + appliance + "/release", {{"why", why}});
  if (!answer) return session.console.failed(answer.error());
  return session.console.result(
      *answer, fmt::format("The order of {} in rollout {} is taken back; its place is free. Should "
                           "it have rebooted already, its verdict still counts.\n",
                           appliance, cell(*answer, "rollout")));
}

}  // namespace

void add_token_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("token", "who holds an order to install or to reboot");
  auto site = std::make_shared<std::string>();
  CLI::App& shows = verbs.add(
      group, "list", "every appliance with an order, since when and until when",
      "drydock token list --site north",
      [site](Session& s) { return with_centre(s, [&](Centre& c) { return list(*site, s, c); }); });
  shows.add_option("--site", *site, "only this site's")->type_name("NAME")->check(values::name);
  auto appliance = std::make_shared<std::string>();
  auto why = std::make_shared<std::string>();
  CLI::App& frees =
      verbs.add(group, "release", "take an order back, so that others of its site may go",
                "drydock token release 00000000000000a1 --why \"its line is down\"",
                [appliance, why](Session& s) {
                  return with_centre(s, [&](Centre& c) { return release(*appliance, *why, s, c); });
                });
  frees.add_option("APPLIANCE", *appliance, "its id, 16 hex digits")
      ->type_name("")
      ->required()
      ->check(values::appliance);
  frees.add_option("--why", *why, "kept in the decision log")->required()->check(values::why);
}

}  // namespace drydock::command
