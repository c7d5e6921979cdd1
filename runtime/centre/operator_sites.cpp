// Operators and sites: what a site is said to be. A class makes a part of the fleet that is watched
// for itself; by labels a rollout selects.
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

constexpr std::size_t sites_listed_max = 10'000;

struct Described {
  SiteId site;
  planner::SiteTraits traits;
};

// A site's key begins with its client's name.
bool may_see_site(const trust::OperatorIdentity& who, const std::string& key) {
  return who.client == trust::all_clients || key.starts_with(site_key(who.client, ""));
}

struct Wanted {
  std::string client, site, site_class, why;
  std::vector<std::string> labels;
};

Result<Wanted> wanted_in(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  Wanted wanted;
  wanted.client = in.text("client", trust::name_length_max);
  wanted.site = in.text("site", trust::name_length_max);
  wanted.site_class = in.optional_text("class", trust::name_length_max).value_or("");
  wanted.labels = in.texts("labels", trust::name_length_max, labels_max);
  wanted.why = in.text("why", why_bytes_max);
  if (auto s = in.done(); !s) return s.error();
  if (!wanted.site_class.empty())
    if (auto s = trust::check_name("class", wanted.site_class); !s)
      return Error{ErrorKind::malformed, s.error().text};
  for (const std::string& label : wanted.labels) {
    if (auto s = trust::check_name("label", label); !s)
      return Error{ErrorKind::malformed, s.error().text};
    if (std::count(wanted.labels.begin(), wanted.labels.end(), label) > 1)
      return Error{ErrorKind::malformed, "\"labels\" names " + label + " twice"};
  }
  const bool known = call.who.may_see(wanted.client) &&
                     parts.names->knows(NameKind::site, site_key(wanted.client, wanted.site));
  if (!known)
    return Error{ErrorKind::not_found,
                 fmt::format("no appliance of {} is registered at a site {}; check the name",
                             trust::printable(wanted.client), trust::printable(wanted.site))};
  return wanted;
}

}  // namespace

http::Response list_sites(const OperatorParts& parts, const OperatorCall& call) {
  const auto all = copied<Planner>(*parts.machines, [](const Planner::Store& store) {
    std::vector<Described> sites;
    for (std::uint32_t i = 0; i < store.traits.size() && i < sites_listed_max; ++i)
      sites.push_back({store.traits.key(i), store.traits.row(i)});
    return sites;
  });
  if (!all) return too_slow();
  Json sites = Json::array();
  for (const Described& each : *all) {
    const std::string key = parts.names->name(NameKind::site, each.site.value);
    if (!may_see_site(call.who, key)) continue;
    const SiteClassId site_class = each.traits.site_class;
    sites.push_back(
        {{"site", site_of_key(key)},
         {"client", key.substr(0, key.find('/'))},
         {"class", site_class ? Json(parts.names->name(NameKind::site_class, site_class.value))
                              : Json(nullptr)},
         {"labels", label_names(*parts.names, each.traits.labels)}});
  }
  return reply(200, Json{{"sites", std::move(sites)}});
}

http::Response describe_site(const OperatorParts& parts, const OperatorCall& call) {
  const auto wanted = wanted_in(parts, call);
  if (!wanted) return refusal(wanted.error());
  const auto at = parts.now();
  SiteDescribed site{{name_number(site_key(wanted->client, wanted->site))}, {}, {}};
  if (!wanted->site_class.empty()) {
    if (auto s = parts.names->keep(NameKind::site_class, wanted->site_class, at); !s)
      return refusal(s.error());
    site.site_class = {name_number(wanted->site_class)};
  }
  for (const std::string& label : wanted->labels) {
    if (auto s = parts.names->keep(NameKind::label, label, at); !s) return refusal(s.error());
    site.labels.add({name_number(label)});
  }
  const auto answer = parts.requests->ask([&](RequestId request) {
    parts.machines->tell(Planner::Event{Planner::DescribeAsked{
        request, site, std::string_view(call.who.name), std::string_view(wanted->why)}});
  });
  const std::string what = fmt::format("site {} of {}", wanted->site, wanted->client);
  if (!done(answer)) return refused_by_machine(answer, what);
  spdlog::info("{} described {}: {}", call.who.name, what, wanted->why);
  return reply(
      200, Json{{"client", wanted->client},
                {"site", wanted->site},
                {"class", wanted->site_class.empty() ? Json(nullptr) : Json(wanted->site_class)},
                {"labels", wanted->labels}});
}

}  // namespace drydock::centre
