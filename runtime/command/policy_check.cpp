// drydock policy check
#include <fmt/format.h>

#include "runtime/command/policy.hpp"
#include "runtime/command/policy_plan.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

Exit check(const std::string& file, std::uint32_t fleet, Session& session) {
  const auto compiled = compile_policy(file);
  if (!compiled) return session.console.misused(compiled.error());
  if (!compiled->note.empty()) session.console.note(compiled->note);
  Plan plan = plan_of(compiled->policy, fleet);
  plan_windows(*compiled, session.console.world().wall(), plan);
  if (!plan.impossible.empty()) {
    std::string text;
    for (const std::string& what : plan.impossible)
      text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", file, what);
    return session.console.misused({ErrorKind::malformed, text});
  }
  std::string text = fmt::format("{}, for a fleet of {}:\n", file, fleet);
  for (const std::string& words : plan.words) text += "  " + words + "\n";
  return session.console.result({{"file", file},
                                 {"fleet", fleet},
                                 {"policy", policy_json(compiled->policy)},
                                 {"acceptance_needs", compiled->policy.accept_needs},
                                 {"plan", plan.words}},
                                text);
}

}  // namespace

void add_policy_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("policy", "what a policy file means, before it is used");
  struct Options {
    std::string file;
    std::uint32_t fleet = 1'000;
  };
  auto o = std::make_shared<Options>();
  CLI::App& verb =
      verbs.add(group, "check", "say in words what it would do, or why it could never be met",
                "drydock policy check careful.yaml --fleet 200",
                [o](Session& s) { return check(o->file, o->fleet, s); });
  verb.add_option("FILE", o->file, "the policy, YAML")
      ->type_name("")
      ->required()
      ->check(values::file);
  verb.add_option("--fleet", o->fleet, "appliances it would be for")
      ->type_name("COUNT")
      ->check(CLI::Range(std::uint32_t{1}, std::uint32_t{10'000'000}))
      ->capture_default_str();
}

}  // namespace drydock::command
