#include "runtime/command/verbs.hpp"

namespace drydock::command {

Result<std::unique_ptr<Centre>> Session::connect() {
  auto settings = settings_of(flags, console.world());
  if (!settings) return settings.error();
  return Centre::connect(*settings);
}

Exit with_centre(Session& session, const std::function<Exit(Centre&)>& ask) {
  auto centre = session.connect();
  if (!centre) return session.console.misused(centre.error());
  return ask(**centre);
}

CLI::App& Verbs::group(const std::string& name, const std::string& what) {
  CLI::App* group = root_.add_subcommand(name, what);
  group->require_subcommand(1);
  return *group;
}

CLI::App& Verbs::add(CLI::App& parent, const std::string& name, const std::string& what,
                     const std::string& example, Action action) {
  CLI::App* verb = parent.add_subcommand(name, what);
  verb->footer("Example:\n  " + example + "\nOptions of every verb: drydock --help");
  verb->callback([chosen = chosen_, action = std::move(action)] { *chosen = action; });
  return *verb;
}

}  // namespace drydock::command
