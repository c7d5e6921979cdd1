// Operators and rollouts.
#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "actors/planner/evidence.hpp"
#include "runtime/centre/calendar_input.hpp"
#include "runtime/centre/calendars.hpp"
#include "runtime/centre/policy_input.hpp"
#include "runtime/centre/rollout_waits.hpp"
#include "runtime/centre/words.hpp"
#include "runtime/trust/names.hpp"

namespace drydock::centre {
namespace {

constexpr std::size_t version_bytes_max = 24;

Json tally_json(const planner::Tally& tally) {
  Json json;
  for (const auto& [word, count] : tally_words(tally)) json[word] = count;
  return json;
}

template <class Versions>
Json versions_json(const Versions& versions) {
  Json all = Json::array();
  for (const Version version : versions) all.push_back(name_of(version));
  return all;
}

// What the verdicts say so far; null where counts decide alone.
Json evidence_json(const OperatorParts& parts, const RolloutView& view) {
  const planner::Rollout& row = view.row;
  if (!planner::on_evidence(row.spec.policy)) return nullptr;
  Json models = Json::array(), classes = Json::array();
  for (const planner::Stratum& part : view.parts) {
    Json json{{"fleet", part.fleet},
              {"exposed", part.exposed},
              {"verdicts", part.verdicts.seen},
              {"failed", part.verdicts.failed},
              {"halted", part.halted}};
    if (part.site_class) {
      json["site_class"] = parts.names->name(NameKind::site_class, part.site_class.value);
      classes.push_back(std::move(json));
    } else {
      json["hardware"] = parts.names->name(NameKind::hardware, part.hardware.value);
      models.push_back(std::move(json));
    }
  }
  const bool small = planner::too_small_to_accept(row);
  return {
      {"fleet", row.fleet},
      {"exposed_now", row.exposed_now},
      {"exposed_allowed", planner::allowed_exposed(row)},
      {"exposure_cap", small || row.accepted ? Json(nullptr) : Json(planner::exposure_cap(row))},
      {"verdicts", row.verdicts.seen},
      {"failed", row.verdicts.failed},
      {"acceptance_needs", row.spec.policy.accept_needs},
      {"accepted", row.accepted},
      {"insufficient", small && !row.accepted},
      {"models", std::move(models)},
      {"site_classes", std::move(classes)}};
}

Json sites_json(const OperatorParts& parts, const RolloutSpec& spec) {
  Json all = Json::array();
  for (const SiteId site : spec.sites)
    all.push_back(site_of_key(parts.names->name(NameKind::site, site.value)));
  return all;
}

Json rollout_json(const OperatorParts& parts, const RolloutView& view) {
  const RolloutSpec& spec = view.row.spec;
  Json json = {
      {"rollout", view.id.value},
      {"version", name_of(spec.version)},
      {"manifest", hex(spec.manifest)},
      {"hardware",
       spec.hardware ? parts.names->name(NameKind::hardware, spec.hardware.value) : "*"},
      {"client", spec.client ? parts.names->name(NameKind::client, spec.client.value) : "*"},
      {"sites", sites_json(parts, spec)},
      {"labels", label_names(*parts.names, spec.labels)},
      {"only_from", spec.only_from.value == 0 ? Json(nullptr) : Json(name_of(spec.only_from))},
      {"downgrade", spec.downgrade},
      {"phase", planner::name_of(view.row.phase)},
      {"targets", view.targets},
      {"in_flight", view.row.in_flight},
      {"allowed", view.allowed},
      {"proposed", view.row.proposed},
      {"tally", tally_json(view.row.tally)},
      {"created_ms", view.row.created.value},
      {"moved_ms", view.row.moved.value},
      {"by", view.row.by.view()},
      {"why", view.row.why.view()},
      {"moved_by", view.row.moved_by.view()},
      {"approved_by",
       view.row.approved_by.empty() ? Json(nullptr) : Json(view.row.approved_by.view())},
      {"failures", view.failures},
      {"failure_limit", spec.policy.failure_limit},
      {"needs", spec.needs.value == 0 ? Json(nullptr) : Json(name_of(spec.needs))},
      {"dead_ends", versions_json(spec.dead_ends)},
      {"evidence", evidence_json(parts, view)},
      {"policy", policy_json(spec.policy)},
      {"calendar", calendar_json(spec.calendar)},
      {"epoch", view.epoch.value}};
  json.update(waits_json(parts, view));
  return json;
}

Version version_in(JsonInput& in, const std::string& key, const std::string& text) {
  Version version;
  if (!text.empty() && !read_version(text, version))
    in.problem("\"" + key + "\" must be a version such as 1.4.2");
  return version;
}

// Which client it is for: an operator of one client cannot reach beyond it.
Result<ClientId> client_in(const OperatorParts& parts, const OperatorCall& call,
                           const std::optional<std::string>& asked) {
  const bool all = call.who.client == trust::all_clients;
  if (!asked) return all ? ClientId{} : ClientId{name_number(call.who.client)};
  if (!call.who.may_see(*asked))
    return Error{ErrorKind::not_found, "no client " + trust::printable(*asked)};
  if (!parts.names->knows(NameKind::client, *asked))
    return Error{ErrorKind::not_found, "no appliance of a client " + trust::printable(*asked) +
                                           " is registered; check the name"};
  return ClientId{name_number(*asked)};
}

// The numbers of these sites of a client; each must be known.
Status select_sites(const OperatorParts& parts, const std::vector<std::string>& names,
                    const std::optional<std::string>& client, RolloutSpec& spec) {
  if (names.empty()) return Done{};
  if (!client)
    return Error{ErrorKind::malformed,
                 "\"sites\" needs \"client\": two clients may use the same word for a site"};
  for (const std::string& name : names) {
    const std::string key = site_key(*client, name);
    if (!parts.names->knows(NameKind::site, key))
      return Error{ErrorKind::not_found, "no appliance of " + trust::printable(*client) +
                                             " is registered at a site " + trust::printable(name) +
                                             "; check the name"};
    spec.sites.add({name_number(key)});
  }
  return Done{};
}

// A label that no site has would select nobody, for good.
Status select_labels(const OperatorParts& parts, const std::vector<std::string>& names,
                     RolloutSpec& spec) {
  for (const std::string& name : names) {
    if (!parts.names->knows(NameKind::label, name))
      return Error{ErrorKind::not_found, "no site has ever had the label " +
                                             trust::printable(name) +
                                             "; check the word, or see drydock site describe"};
    spec.labels.add({name_number(name)});
  }
  return Done{};
}

// When its reboots may be asked for in the time to come; empty: always.
Result<ResolvedCalendar> windows_of(const OperatorParts& parts, const RolloutSpec& spec) {
  if (spec.calendar.always_open()) return ResolvedCalendar{};
  auto calendar = resolved(spec.calendar, parts.now().wall);
  if (!calendar) return Error{ErrorKind::malformed, "calendar: " + calendar.error().text};
  if (!ever_opens(*calendar, spec.policy.token_expiry))
    return Error{ErrorKind::malformed,
                 "calendar: in the time to come no window opens for as long as a reboot token "
                 "lives (\"token_expiry_ms\"); nothing would ever reboot"};
  return calendar;
}

http::Response move(const OperatorParts& parts, const OperatorCall& call, RolloutMove move) {
  JsonInput in = JsonInput::of(call.request.body);
  const auto why = in.optional_text("why", why_bytes_max).value_or("");
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto view = view_rollout(parts, call);
  if (!view) return refusal(view.error());
  const auto answer = ask_for_move(parts, view->id, move, {call.who.name, why});
  if (!done(answer)) return refused_by_machine(answer, fmt::format("rollout {}", view->id.value));
  const auto now = view_rollout(parts, call);
  if (!now) return refusal(now.error());
  spdlog::info("{} moved rollout {} to {}: {}", call.who.name, view->id.value,
               planner::name_of(now->row.phase), why);
  return reply(200, Json{{"rollout", view->id.value}, {"phase", planner::name_of(now->row.phase)}});
}

// The release to go back to: the one named, or the newest complete one older than `from`.
Result<ReleaseSummary> release_back(const OperatorParts& parts, const planner::Rollout& from,
                                    Version named) {
  const auto fits = [&](const ReleaseSummary& r) {
    return !from.spec.hardware || r.hardware == "*" ||
           name_number(r.hardware) == from.spec.hardware.value;
  };
  std::optional<ReleaseSummary> best;
  for (const ReleaseSummary& release : parts.releases->list()) {
    if (!release.complete || !fits(release) || release.version >= from.spec.version) continue;
    if (named.value == 0 || release.version == named) best = release;
  }
  if (best) return *best;
  return Error{ErrorKind::refused,
               named.value != 0
                   ? fmt::format("release {} is not there, not complete, not for this hardware, or "
                                 "not older than {}",
                                 name_of(named), name_of(from.spec.version))
                   : fmt::format("no complete release is older than {}; publish the one to go back "
                                 "to",
                                 name_of(from.spec.version))};
}

}  // namespace

http::Response list_rollouts(const OperatorParts& parts, const OperatorCall& call) {
  const auto views = view_rollouts(parts, call.who);
  if (!views) return too_slow();
  Json all = Json::array();
  for (const RolloutView& view : *views) all.push_back(rollout_json(parts, view));
  return reply(200, Json{{"rollouts", std::move(all)}});
}

http::Response show_rollout(const OperatorParts& parts, const OperatorCall& call) {
  const auto view = look_closely(parts, call);
  return view ? reply(200, rollout_json(parts, *view)) : refusal(view.error());
}

http::Response create_rollout(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  RolloutSpec spec;
  spec.version = version_in(in, "version", in.text("version", version_bytes_max));
  const auto from = in.optional_text("only_from", version_bytes_max).value_or("");
  spec.only_from = version_in(in, "only_from", from);
  const auto needs = in.optional_text("needs", version_bytes_max).value_or("");
  spec.needs = version_in(in, "needs", needs);
  for (const std::string& end : in.texts("dead_ends", version_bytes_max, spec.dead_ends.capacity))
    spec.dead_ends.add(version_in(in, "dead_ends", end));
  if (spec.needs >= spec.version && spec.needs.value != 0)
    in.problem("\"needs\" must be older than \"version\", or no appliance could ever take it");
  auto client = in.optional_text("client", trust::name_length_max);
  const auto sites = in.texts("sites", trust::name_length_max, spec.sites.capacity);
  const auto labels = in.texts("labels", trust::name_length_max, spec.labels.capacity);
  spec.downgrade = in.flag("downgrade");
  spec.policy = read_policy(in);
  spec.calendar = read_calendar(in);
  const auto why = in.optional_text("why", why_bytes_max).value_or("");
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto selected = client_in(parts, call, client);
  if (!selected) return refusal(selected.error());
  spec.client = *selected;
  if (!client && call.who.client != trust::all_clients) client = call.who.client;
  if (auto s = select_sites(parts, sites, client, spec); !s) return refusal(s.error());
  if (auto s = select_labels(parts, labels, spec); !s) return refusal(s.error());
  const auto release = parts.releases->find(spec.version);
  if (!release || !release->complete)
    return refusal(409, fmt::format("release {} is {}; publish all of it first",
                                    name_of(spec.version), release ? "not complete" : "not there"));
  spec.manifest = release->manifest;
  const auto hardware = hardware_of(parts, release->hardware);
  if (!hardware) return refusal(hardware.error());
  spec.hardware = *hardware;
  const auto calendar = windows_of(parts, spec);
  if (!calendar) return refusal(calendar.error());
  const auto answer = ask_for_rollout(parts, spec, {call.who.name, why});
  if (!done(answer)) return refused_by_machine(answer, "rollout of " + name_of(spec.version));
  if (!spec.calendar.always_open()) Calendars::tell(*parts.machines, answer->rollout, *calendar);
  spdlog::info("{} created rollout {} of {}: {}", call.who.name, answer->rollout.value,
               name_of(spec.version), why);
  return reply(201, Json{{"rollout", answer->rollout.value}});
}

http::Response approve_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::approve);
}
http::Response start_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::start);
}
http::Response pause_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::pause);
}
http::Response resume_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::resume);
}
http::Response halt_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::halt);
}

http::Response retry_rollout(const OperatorParts& parts, const OperatorCall& call) {
  return move(parts, call, RolloutMove::retry);
}

http::Response roll_back(const OperatorParts& parts, const OperatorCall& call) {
  JsonInput in = JsonInput::of(call.request.body);
  const auto named = version_in(in, "to", in.optional_text("to", version_bytes_max).value_or(""));
  const auto why = in.optional_text("why", why_bytes_max).value_or("");
  if (auto s = in.done(); !s) return refusal(s.error());
  const auto view = view_rollout(parts, call);
  if (!view) return refusal(view.error());
  const auto release = release_back(parts, view->row, named);
  if (!release) return refusal(release.error());
  RolloutSpec spec = view->row.spec;
  spec.only_from = view->row.spec.version;
  spec.version = release->version;
  spec.manifest = release->manifest;
  spec.downgrade = true;
  spec.needs = {};  // whoever took it may go back
  spec.dead_ends.clear();
  spec.calendar = {};  // the appliances' own windows hold still
  spec.sites.clear();  // wherever it stands by now
  spec.labels.clear();
  spec.policy.download_only = spec.policy.needs_approval =
      false;  // the way back is not kept waiting
  const auto hardware = hardware_of(parts, release->hardware);
  if (!hardware) return refusal(hardware.error());
  spec.hardware = *hardware;
  const Signed who{call.who.name, why};
  const std::string what = fmt::format("rolling back rollout {}", view->id.value);
  if (view->row.phase != planner::RolloutPhase::halted) {
    const auto halted = ask_for_move(parts, view->id, RolloutMove::halt, who);
    // It may have halted itself in between; then it is as wanted.
    if (!done(halted) && (!halted || halted->result != OperatorResult::wrong_phase))
      return refused_by_machine(halted, what + ", halting it");
  }
  const auto created = ask_for_rollout(parts, spec, who);
  if (!done(created)) return refused_by_machine(created, what + ", which is halted now");
  const auto started = ask_for_move(parts, created->rollout, RolloutMove::start, who);
  if (!done(started))
    return refused_by_machine(
        started, fmt::format("{} by rollout {}, which is created but not started", what,
                             created->rollout.value));
  spdlog::info("{} rolls rollout {} back to {} by rollout {}: {}", call.who.name, view->id.value,
               name_of(spec.version), created->rollout.value, why);
  return reply(201, Json{{"rollout", created->rollout.value}});
}

}  // namespace drydock::centre
