#pragma once
// The tree of verbs. A group's file adds its verbs with their options, one example and the function
// that runs; run() parses, then calls the one that was chosen.
#include <functional>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "runtime/command/centre.hpp"
#include "runtime/command/console.hpp"

namespace drydock::command {

struct Session {
  Console console;
  Settings flags;

  // An error is one of the settings: nothing was sent yet.
  Result<std::unique_ptr<Centre>> connect();
};

// Most verbs: connect, ask, and show the answer. `ask` answers its own exit.
Exit with_centre(Session& session, const std::function<Exit(Centre&)>& ask);

using Action = std::function<Exit(Session&)>;

class Verbs {
 public:
  explicit Verbs(CLI::App& root) : root_(root) {}
  CLI::App& group(const std::string& name, const std::string& what);
  // example: a whole command line.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& what,
                const std::string& example, Action action);
  CLI::App& root() { return root_; }
  const Action& chosen() const { return *chosen_; }

 private:
  CLI::App& root_;
  std::shared_ptr<Action> chosen_ = std::make_shared<Action>();
};

void add_pki_verbs(Verbs& verbs);
void add_appliance_verbs(Verbs& verbs);
void add_release_verbs(Verbs& verbs);
void add_stub_verbs(Verbs& verbs);
void add_policy_verbs(Verbs& verbs);
void add_rollout_verbs(Verbs& verbs);
void add_site_verbs(Verbs& verbs);
void add_token_verbs(Verbs& verbs);
void add_why_verb(Verbs& verbs);
void add_journal_verbs(Verbs& verbs);
void add_journal_report_verbs(Verbs& verbs, CLI::App& group);  // of the same group

}  // namespace drydock::command
