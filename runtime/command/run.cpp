// From a command line to one verb.
#include <algorithm>

#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

constexpr const char* about =
    "Drydock's command for operators: keys, appliances, releases and rollouts.";
constexpr const char* example =
    "Example:\n  drydock --server https://127.0.0.1:9443 --cert pki/admin.crt --key pki/admin.key "
    "\\\n          --ca pki/operator-ca.crt rollout status\n"
    "--server, --cert, --key and --ca may also come from DRYDOCK_SERVER, DRYDOCK_CERT, "
    "DRYDOCK_KEY\n"
    "and DRYDOCK_CA, or from server, cert, key and ca in ~/.config/drydock/config.yaml.\n"
    "Exit: 0 done; 1 refused or failed; 2 wrong argument; 3 and 4: a watched rollout halted, "
    "paused.";

void add_global_options(CLI::App& app, Settings& flags, bool& json) {
  app.require_subcommand(1);
  app.fallthrough();
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  app.footer(example);
  app.add_option("--server", flags.server, "the centre's address for operators, https://host:port")
      ->type_name("URL");
  app.add_option("--cert", flags.certificate, "the operator's certificate")->type_name("FILE");
  app.add_option("--key", flags.key, "the operator's private key")->type_name("FILE");
  app.add_option("--ca", flags.authority, "the operator CA's certificate")->type_name("FILE");
  app.add_flag("--json", json, "the result as JSON on standard output");
}

const CLI::App& innermost(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : innermost(*parsed.front());
}

std::string path_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : path_of(*app.get_parent()) + " " + app.get_name();
}

std::string names_of(const CLI::App& group) {
  std::string names;
  for (const CLI::App* verb : group.get_subcommands([](const CLI::App*) { return true; }))
    names += (names.empty() ? "" : ", ") + verb->get_name();
  return names;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& problem) {
  const CLI::App& inner = innermost(app);
  const std::string path = path_of(inner);
  const bool verb_missing = inner.get_require_subcommand_min() > 0 &&
                            dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr;
  std::string what = verb_missing ? "what to do is missing or unknown, one of " + names_of(inner)
                                  : std::string(problem.what());
  what.erase(std::min(what.size(), what.find('\n')));
  if (&inner != &app) what = path.substr(path.find(' ') + 1) + ": " + what;
  return {ErrorKind::malformed, what + "; see " + path + " --help"};
}

std::string help_of(const CLI::App& app) {
  const CLI::App& inner = innermost(app);
  return inner.help(inner.get_parent() == nullptr ? "" : path_of(*inner.get_parent()));
}

Exit parse_and_run(const std::vector<std::string>& arguments, Session& session) {
  CLI::App app(about, "drydock");
  bool json = false;
  add_global_options(app, session.flags, json);
  Verbs verbs(app);
  add_pki_verbs(verbs);
  add_appliance_verbs(verbs);
  add_release_verbs(verbs);
  add_stub_verbs(verbs);
  add_policy_verbs(verbs);
  add_rollout_verbs(verbs);
  add_site_verbs(verbs);
  add_token_verbs(verbs);
  add_why_verb(verbs);
  add_journal_verbs(verbs);
  // Known before parsing, so that a wrong command line is answered in JSON as well.
  if (std::find(arguments.begin(), arguments.end(), "--json") != arguments.end())
    session.console.speak_json();
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    session.console.world().out << help_of(app);
    return Exit::done;
  } catch (const CLI::ParseError& problem) {
    return session.console.misused(usage_error(app, problem));
  }
  return verbs.chosen()(session);
}

}  // namespace

int run(const std::vector<std::string>& arguments, World& world) {
  Session session{Console(world), {}};
  try {
    return static_cast<int>(parse_and_run(arguments, session));
  } catch (const std::exception& e) {
    return static_cast<int>(session.console.failed({ErrorKind::io, e.what()}));
  }
}

}  // namespace drydock::command
