// drydock appliance provision, list, show, lifecycle
#include <sys/random.h>

#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/trust/identity_folder.hpp"

namespace drydock::command {
namespace {

constexpr std::size_t listed_max = 100'000;  // appliances; a page may go beyond it

struct ProvisionOptions {
  std::string pki, client, site, hardware, id, out;
  bool no_register = false;
};

Result<ApplianceId> random_id() {
  ApplianceId id;
  while (!id)
    if (::getrandom(&id.value, sizeof id.value, 0) != static_cast<ssize_t>(sizeof id.value))
      return Error{ErrorKind::io, "the system gives no random numbers"};
  return id;
}

// The folder of an earlier run whose registration failed is taken as it is, if it is the one asked
// for. Any other content of the folder is provision()'s to refuse.
Result<ApplianceId> identity_of(const ProvisionOptions& options, const World& world, bool& made) {
  ApplianceId asked;
  read_hex(options.id, asked.value);
  const auto present = trust::load_identity(options.out);
  if (present && present->appliance.client == options.client && present->site == options.site &&
      (!asked || present->appliance.id == asked))
    return present->appliance.id;
  if (!asked) {
    const auto random = random_id();
    if (!random) return random.error();
    asked = *random;
  }
  const trust::ApplianceAssignment assignment{{options.client, asked}, options.site};
  auto provisioned =
      trust::provision(options.pki, assignment, world.wall().value / 1000, options.out);
  if (!provisioned) return provisioned.error();
  made = true;
  return asked;
}

Exit provision(const ProvisionOptions& options, Session& session) {
  Console& console = session.console;
  std::unique_ptr<Centre> centre;
  if (!options.no_register) {
    auto connected = session.connect();
    if (!connected)
      return console.misused(
          std::move(connected).error().in("registering (--no-register makes the folder alone)"));
    centre = std::move(*connected);
  }
  bool made = false;
  const auto id = identity_of(options, console.world(), made);
  if (!id) return console.failed(id.error());
  const std::string name = hex(id->value);
  if (centre) {
    const auto answer = centre->post("/v1/appliances", {{"appliance", name},
                                                        {"client", options.client},
                                                        {"site", options.site},
                                                        {"hardware", options.hardware}});
    if (!answer)
      return console.failed(answer.error().in(
          fmt::format("appliance {} has its identity in {}, but is not registered; run the same "
                      "command again",
                      name, options.out)));
  }
  const Json document = {{"appliance", name},
                         {"client", options.client},
                         {"site", options.site},
                         {"hardware", options.hardware},
                         {"folder", options.out},
                         {"made", made},
                         {"registered", !options.no_register}};
  return console.result(
      document, fmt::format("Appliance {} of {} at {}: identity {} {}, {}.\n"
                            "Copy the folder to the appliance's data partition as identity/.\n",
                            name, options.client, options.site, made ? "made in" : "was in",
                            options.out, options.no_register ? "not registered" : "registered"));
}

// The planner's words for nothing.
std::string cell_or_dash(const Json& appliance, const char* name) {
  const std::string text = cell(appliance, name);
  return text == "none" || text == "0" ? "-" : text;
}

std::string age(const Json& appliance, const World& world) {
  const auto seen = time_in(appliance, "last_seen_ms");
  return seen ? human_age(*seen, world.wall()) : "-";
}

// The centre lists its appliances in pages; each names the row the next one begins with.
Result<Json> every_appliance(Centre& centre) {
  Json all = {{"appliances", Json::array()}};
  std::uint64_t from = 0;
  for (;;) {
    const auto page =
        centre.get(from == 0 ? "/v1/appliances" : fmt::format("/v1/appliances?from={}", from));
    if (!page) return page.error();
    const Json* appliances = list_in(*page, "appliances");
    if (appliances == nullptr)
      return Error{ErrorKind::malformed, "the centre's answer holds no list of appliances"};
    for (const Json& appliance : *appliances) all["appliances"].push_back(appliance);
    const auto next = number_in(*page, "next");
    if (!next) return all;
    if (*next <= from)
      return Error{ErrorKind::malformed, "the centre's pages of appliances do not go on"};
    from = *next;
    if (all["appliances"].size() < listed_max) continue;
    all["next"] = from;
    return all;
  }
}

Exit list(Session& session, Centre& centre) {
  const auto answer = every_appliance(centre);
  if (!answer) return session.console.failed(answer.error());
  std::vector<Row> rows;
  for (const Json& a : (*answer)["appliances"])
    rows.push_back({cell(a, "appliance"), cell(a, "client"), cell(a, "site"), cell(a, "hardware"),
                    cell(a, "lifecycle"), cell(a, "version"), cell_or_dash(a, "rollout"),
                    cell_or_dash(a, "stage"), age(a, session.console.world()),
                    cell(object_in(a, "wait"), "reason")});
  const Row head = {"APPLIANCE", "CLIENT",  "SITE",  "HARDWARE", "LIFECYCLE",
                    "VERSION",   "ROLLOUT", "STAGE", "SEEN",     "WAITS FOR"};
  if (number_in(*answer, "next"))
    session.console.note(fmt::format("only the first {} are listed", rows.size()));
  return session.console.result(
      *answer, rows.empty() ? "No appliances yet; see drydock appliance provision --help\n"
                            : table(head, rows));
}

Exit show(const std::string& id, Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/appliances/" + id);
  if (!answer) return session.console.failed(answer.error());
  std::vector<Row> rows;
  for (const char* name : {"appliance", "client", "site", "hardware", "lifecycle", "version",
                           "boot", "rollout", "stage", "reason", "detail"})
    rows.push_back({name, cell_or_dash(*answer, name)});
  rows.push_back({"last seen", age(*answer, session.console.world())});
  rows.push_back({"waits", cell(object_in(*answer, "wait"), "text")});
  return session.console.result(*answer, facts(rows));
}

Exit lifecycle(const std::string& id, const std::string& state, Session& session, Centre& centre) {
  const std::string to = values::upper(state);
  const auto answer = centre.post("/v1/appliances/" + id + "/lifecycle", {{"lifecycle", to}});
  if (!answer) return session.console.failed(answer.error());
  return session.console.result(*answer, fmt::format("Appliance {} is {} now.\n", id, to));
}

void add_provision(Verbs& verbs, CLI::App& group) {
  auto o = std::make_shared<ProvisionOptions>();
  CLI::App& verb =
      verbs.add(group, "provision", "make an appliance's identity folder and register it",
                "drydock appliance provision --pki pki --client acme --site north --hardware "
                "box-1 \\\n          --out identity",
                [o](Session& s) { return provision(*o, s); });
  verb.add_option("--pki", o->pki, "folder of drydock pki init")
      ->type_name("FOLDER")
      ->required()
      ->check(values::folder);
  verb.add_option("--client", o->client, "whose appliance it is")
      ->type_name("NAME")
      ->required()
      ->check(values::name);
  verb.add_option("--site", o->site, "where it stands")
      ->type_name("NAME")
      ->required()
      ->check(values::name);
  verb.add_option("--hardware", o->hardware, "its model")
      ->type_name("MODEL")
      ->required()
      ->check(values::name);
  verb.add_option("--id", o->id, "16 hex digits [random]")
      ->type_name("ID")
      ->check(values::appliance);
  verb.add_option("--out", o->out, "identity folder to make")->type_name("FOLDER")->required();
  verb.add_flag("--no-register", o->no_register, "make the folder alone; ask no centre");
}

}  // namespace

void add_appliance_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("appliance", "the boxes: identity, state and lifecycle");
  add_provision(verbs, group);
  verbs.add(group, "list", "every appliance you may see", "drydock appliance list",
            [](Session& s) { return with_centre(s, [&](Centre& c) { return list(s, c); }); });
  auto id = std::make_shared<std::string>();
  auto state = std::make_shared<std::string>();
  CLI::App& shown = verbs.add(
      group, "show", "all that is known of one", "drydock appliance show 00000000000000a1",
      [id](Session& s) { return with_centre(s, [&](Centre& c) { return show(*id, s, c); }); });
  shown.add_option("ID", *id, "16 hex digits")->type_name("")->required()->check(values::appliance);
  CLI::App& moved = verbs.add(
      group, "lifecycle", "take an appliance out of service, or back",
      "drydock appliance lifecycle 00000000000000a1 MAINTENANCE", [id, state](Session& s) {
        return with_centre(s, [&](Centre& c) { return lifecycle(*id, *state, s, c); });
      });
  moved.add_option("ID", *id, "16 hex digits")->type_name("")->required()->check(values::appliance);
  moved
      .add_option("STATE", *state, "PENDING, ACTIVE, QUARANTINED, MAINTENANCE, RETIRED or REPLACED")
      ->type_name("")
      ->required()
      ->check(values::lifecycle);
}

}  // namespace drydock::command
