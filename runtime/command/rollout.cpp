// drydock rollout create, approve, start, pause, resume, halt, rollback, status, watch
#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/policy.hpp"
#include "runtime/command/rollout_view.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/command/watch.hpp"
#include "runtime/config/units.hpp"

namespace drydock::command {
namespace {

struct CreateOptions {
  std::string version, policy, client, only_from, needs, why;
  std::vector<std::string> dead_ends, sites, labels;
  bool downgrade = false;
};

Result<Json> create_body(const CreateOptions& options, Console& console) {
  CompiledPolicy compiled;
  if (!options.policy.empty()) {
    auto read = compile_policy(options.policy);
    if (!read) return read.error();
    compiled = std::move(*read);
    if (!compiled.note.empty()) console.note(compiled.note);
  }
  const std::string& client = options.client.empty() ? compiled.client : options.client;
  if (!compiled.client.empty() && client != compiled.client)
    return Error{ErrorKind::malformed,
                 fmt::format("--client {} contradicts select.clients in {}, which says {}", client,
                             options.policy, compiled.client)};
  Json body = {{"version", options.version}, {"policy", policy_json(compiled.policy)}};
  if (!client.empty()) body["client"] = client;
  if (!options.only_from.empty()) body["only_from"] = options.only_from;
  if (!options.needs.empty()) body["needs"] = options.needs;
  if (!options.dead_ends.empty()) body["dead_ends"] = options.dead_ends;
  const auto& sites = options.sites.empty() ? compiled.sites : options.sites;
  if (!compiled.sites.empty() && sites != compiled.sites)
    return Error{ErrorKind::malformed,
                 fmt::format("--site contradicts select.sites in {}; name them in one place",
                             options.policy)};
  if (!sites.empty()) body["sites"] = sites;
  const auto& labels = options.labels.empty() ? compiled.labels : options.labels;
  if (!compiled.labels.empty() && labels != compiled.labels)
    return Error{ErrorKind::malformed,
                 fmt::format("--label contradicts select.labels in {}; name them in one place",
                             options.policy)};
  if (!labels.empty()) body["labels"] = labels;
  if (!compiled.maintenance.always_open()) body["calendar"] = calendar_json(compiled.maintenance);
  body["downgrade"] = options.downgrade;
  body["why"] = options.why;
  return body;
}

Exit created(const Result<Json>& answer, Session& session, const char* text) {
  if (!answer) return session.console.failed(answer.error());
  const auto rollout = number_in(*answer, "rollout");
  if (!rollout)
    return session.console.failed({ErrorKind::malformed,
                                   "the centre does not say the new rollout's number; see drydock "
                                   "rollout status"});
  return session.console.result(*answer, fmt::format(fmt::runtime(text), *rollout));
}

const char* next_after(const Json& body) {
  return flag_in(object_in(body, "policy"), "needs_approval")
             ? "Rollout {0} is created, and waits for an approval.\n"
               "Next, by another person: drydock rollout approve {0}\n"
             : "Rollout {0} is created.\nNext: drydock rollout start {0}\n";
}

Exit create(const CreateOptions& options, Session& session) {
  const auto body = create_body(options, session.console);
  if (!body) return session.console.misused(body.error());
  return with_centre(session, [&](Centre& centre) {
    return created(centre.post("/v1/rollouts", *body), session, next_after(*body));
  });
}

Exit rollback(const std::string& id, const std::string& to, const std::string& why,
              Session& session, Centre& centre) {
  Json body = {{"why", why}};
  if (!to.empty()) body["to"] = to;
  return created(centre.post("/v1/rollouts/" + id + "/rollback", body), session,
                 "Rollout {0} rolls back.\nNext: drydock rollout watch {0}\n");
}

Exit move(const std::string& id, const char* verb, const std::string& why, Session& session,
          Centre& centre) {
  const auto answer = centre.post(fmt::format("/v1/rollouts/{}/{}", id, verb), {{"why", why}});
  if (!answer) return session.console.failed(answer.error());
  return session.console.result(*answer,
                                fmt::format("Rollout {} is {}.\n", id, cell(*answer, "phase")));
}

Exit status_of_all(Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/rollouts");
  if (!answer) return session.console.failed(answer.error());
  const Json* rollouts = list_in(*answer, "rollouts");
  if (rollouts == nullptr)
    return session.console.failed(
        {ErrorKind::malformed, "the centre's answer holds no list of rollouts"});
  std::vector<Row> rows;
  for (const Json& r : *rollouts)
    rows.push_back({cell(r, "rollout"), cell(r, "version"), cell(r, "phase"),
                    cell(object_in(r, "tally"), "committed") + "/" + cell(r, "targets"),
                    cell(r, "in_flight"), cell(r, "failures") + " of " + cell(r, "failure_limit"),
                    human_time(time_in(r, "created_ms").value_or(WallTime{})), cell(r, "by"),
                    cell(r, "why")});
  const Row head = {"ROLLOUT",  "VERSION", "PHASE", "COMMITTED", "IN FLIGHT",
                    "FAILURES", "CREATED", "BY",    "WHY"};
  return session.console.result(
      *answer,
      rows.empty() ? "No rollouts yet; see drydock rollout create --help\n" : table(head, rows));
}

// A model or a class of sites that is watched for itself.
void add_part(const Json& part, const char* name, std::vector<Row>& rows) {
  const auto halted = part.find("halted");
  const bool is_halted = halted != part.end() && *halted == true;
  rows.push_back({"  " + cell(part, name),
                  fmt::format("{} of {} exposed, {} of {} failed{}", cell(part, "exposed"),
                              cell(part, "fleet"), cell(part, "failed"), cell(part, "verdicts"),
                              is_halted ? "; HALTED" : "")});
}

void add_evidence(const Json& evidence, std::vector<Row>& rows) {
  if (!evidence.is_object() || evidence.empty()) return;
  rows.push_back({"verdicts", fmt::format("{}, {} failed", cell(evidence, "verdicts"),
                                          cell(evidence, "failed"))});
  const auto flag = [&](const char* name) {
    const auto found = evidence.find(name);
    return found != evidence.end() && found->is_boolean() && found->get<bool>();
  };
  const std::string needs = cell(evidence, "acceptance_needs");
  rows.push_back({"accepted", flag("accepted") ? "yes"
                              : flag("insufficient")
                                  ? "evidence insufficient to exclude twice the tolerated "
                                    "failures: that needs " +
                                        needs + " verdicts"
                                  : "not yet; at most " + cell(evidence, "exposure_cap") +
                                        " are exposed before"});
  for (const auto& [kind, name] :
       {std::pair{"models", "hardware"}, std::pair{"site_classes", "site_class"}})
    if (const Json* parts = list_in(evidence, kind); parts != nullptr)
      for (const Json& part : *parts) add_part(part, name, rows);
}

// The words of a list; "*" for none, which selects all.
std::string words_of(const Json& rollout, const char* list) {
  const Json* words = list_in(rollout, list);
  if (words == nullptr || words->empty()) return "*";
  std::string all;
  for (const Json& word : *words)
    all += (all.empty() ? "" : ", ") + clean(word.is_string() ? word.get<std::string>() : "?");
  return all;
}

Exit status_of_one(const std::string& id, Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/rollouts/" + id);
  if (!answer) return session.console.failed(answer.error());
  const auto view = read_rollout(*answer);
  if (!view) return session.console.failed(view.error());
  const auto time = [&](const char* name) {
    return human_time(time_in(*answer, name).value_or(WallTime{}));
  };
  std::vector<Row> rows = {
      {"rollout", std::to_string(view->rollout)},
      {"version", view->version},
      {"phase", view->phase},
      {"client", cell(*answer, "client")},
      {"sites", words_of(*answer, "sites")},
      {"labels", words_of(*answer, "labels")},
      {"hardware", cell(*answer, "hardware")},
      {"committed", fmt::format("{} of {}  {}", view->committed, view->targets,
                                bar(view->committed, view->targets, 24))},
      {"in flight", fmt::format("{} of {} allowed", view->in_flight, cell(*answer, "allowed"))},
      {"failures", view->failure_limit == 0
                       ? fmt::format("{}; the evidence halts it", view->failures)
                       : fmt::format("{}; {} halt it", view->failures, view->failure_limit)},
      {"created", time("created_ms") + " by " + cell(*answer, "by")},
      {"moved", time("moved_ms") + " by " + cell(*answer, "moved_by")},
      {"approved", cell(*answer, "approved_by")},
      {"why", cell(*answer, "why")},
      {"waits for", cell(*answer, "waits_for")}};
  if (const auto since = time_in(*answer, "waits_since_ms"); since && view->phase != "halted")
    rows.push_back(
        {"since", fmt::format("{}, for {}", human_time(*since), human_span(view->waits))});
  if (const Json* late = list_in(*answer, "late"); late != nullptr)
    for (const Json& each : *late)
      rows.push_back({"  " + cell(each, "appliance"), cell(each, "text")});
  add_evidence(object_in(*answer, "evidence"), rows);
  for (const auto& [name, count] : object_in(*answer, "tally").items())
    rows.push_back({"  " + clean(name), count.is_number_unsigned() ? count.dump() : "-"});
  return session.console.result(*answer, facts(rows));
}

void add_create(Verbs& verbs, CLI::App& group) {
  auto o = std::make_shared<CreateOptions>();
  CLI::App& verb = verbs.add(group, "create", "plan a rollout of a published release",
                             "drydock rollout create --version 1.1.0 --policy careful.yaml --why "
                             "\"fixes the clock\"",
                             [o](Session& s) { return create(*o, s); });
  verb.add_option("--version", o->version, "release to bring out")
      ->type_name("VERSION")
      ->required()
      ->check(values::version);
  verb.add_option("--policy", o->policy, "how it may spread, YAML [the centre's default]")
      ->type_name("FILE")
      ->check(values::file);
  verb.add_option("--client", o->client, "only this client's appliances")
      ->type_name("NAME")
      ->check(values::name);
  verb.add_option("--site", o->sites, "only this site's appliances; up to 32 times")
      ->type_name("NAME")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->check(values::name);
  verb.add_option("--label", o->labels, "only at sites with this label; up to 8 times, all of them")
      ->type_name("WORD")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->check(values::name);
  verb.add_option("--only-from", o->only_from, "only appliances that run exactly this version")
      ->type_name("VERSION")
      ->check(values::version);
  verb.add_option("--needs", o->needs, "only from this version on: an older one takes it first")
      ->type_name("VERSION")
      ->check(values::version);
  verb.add_option("--dead-end", o->dead_ends, "a version it cannot be reached from; up to 8 times")
      ->type_name("VERSION")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->check(values::version);
  verb.add_flag("--downgrade", o->downgrade, "may go to an older version");
  verb.add_option("--why", o->why, "kept in the decision log")->check(values::why);
}

CLI::App& add_for_one(Verbs& verbs, CLI::App& group, const char* name, const char* what,
                      const std::string& example, std::shared_ptr<std::string> id,
                      std::function<Exit(Session&, Centre&)> ask) {
  CLI::App& verb = verbs.add(group, name, what, example, [ask = std::move(ask)](Session& s) {
    return with_centre(s, [&](Centre& c) { return ask(s, c); });
  });
  verb.add_option("ID", *id, "its number")->type_name("")->required()->check(values::rollout);
  return verb;
}

void add_move(Verbs& verbs, CLI::App& group, const char* name, const char* what) {
  auto id = std::make_shared<std::string>();
  auto why = std::make_shared<std::string>();
  CLI::App& verb = add_for_one(
      verbs, group, name, what, fmt::format("drydock rollout {} 1 --why \"as agreed\"", name), id,
      [id, why, name](Session& s, Centre& c) { return move(*id, name, *why, s, c); });
  verb.add_option("--why", *why, "kept in the decision log")->check(values::why);
}

void add_rollback(Verbs& verbs, CLI::App& group) {
  auto id = std::make_shared<std::string>();
  auto why = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  CLI::App& verb = add_for_one(
      verbs, group, "rollback", "halt it and bring its appliances back to an older release",
      "drydock rollout rollback 1 --why \"customers complain\"", id,
      [id, to, why](Session& s, Centre& c) { return rollback(*id, *to, *why, s, c); });
  verb.add_option("--to", *to, "version to go back to [the newest complete one before it]")
      ->type_name("VERSION")
      ->check(values::version);
  verb.add_option("--why", *why, "kept in the decision log")->check(values::why);
}

void add_status_and_watch(Verbs& verbs, CLI::App& group) {
  auto id = std::make_shared<std::string>();
  CLI::App& status =
      verbs.add(group, "status", "every rollout, or all about one", "drydock rollout status 1",
                [id](Session& s) {
                  return with_centre(s, [&](Centre& c) {
                    return id->empty() ? status_of_all(s, c) : status_of_one(*id, s, c);
                  });
                });
  status.add_option("ID", *id, "its number [all]")->type_name("")->check(values::rollout);
  auto watched = std::make_shared<std::string>();
  auto every = std::make_shared<std::string>("2s");
  CLI::App& verb = add_for_one(
      verbs, group, "watch",
      "follow it until it is complete (exit 0), halted (3) or paused (4); 1 when it is over with "
      "failures",
      "drydock rollout watch 1", watched, [watched, every](Session& s, Centre& c) {
        return watch(*watched, *config::parse_duration(*every), s, c);
      });
  verb.add_option("--every", *every, "how often to ask the centre")
      ->type_name("TIME")
      ->check(values::poll)
      ->capture_default_str();
}

}  // namespace

void add_rollout_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("rollout", "bring a release to the fleet, watch it, stop it");
  add_create(verbs, group);
  add_move(verbs, group, "approve", "let a rollout of somebody else start, where its policy asks");
  add_move(verbs, group, "start", "begin to grant installs");
  add_move(verbs, group, "pause", "grant nothing more until it is resumed");
  add_move(verbs, group, "resume",
           "go on after a pause; after a hold, with as many exposures again");
  add_move(verbs, group, "retry", "offer it once more to those that failed it");
  add_move(verbs, group, "halt", "stop for good and revoke what is outstanding");
  add_rollback(verbs, group);
  add_status_and_watch(verbs, group);
}

}  // namespace drydock::command
