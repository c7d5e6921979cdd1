// drydock why
#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

constexpr unsigned readable_columns_max = 100;

Exit why(const std::string& appliance, Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/appliances/" + appliance + "/why");
  if (!answer) return session.console.failed(answer.error());
  const auto text = text_in(*answer, "text");
  if (!text || text->empty())
    return session.console.failed(
        {ErrorKind::malformed, "the centre gave no reason for " + appliance +
                                   "; its version may not fit this command's"});
  const World& world = session.console.world();
  const std::string line = clean(*text);
  const unsigned width = std::min(world.columns, readable_columns_max);
  return session.console.result(*answer,
                                (world.out_is_terminal ? wrapped(line, width) : line) + "\n");
}

}  // namespace

void add_why_verb(Verbs& verbs) {
  auto appliance = std::make_shared<std::string>();
  CLI::App& verb =
      verbs.add(verbs.root(), "why", "why an appliance is, or is not, being updated",
                "drydock why 00000000000000a1", [appliance](Session& s) {
                  return with_centre(s, [&](Centre& c) { return why(*appliance, s, c); });
                });
  verb.add_option("APPLIANCE", *appliance, "its id, 16 hex digits")
      ->type_name("")
      ->required()
      ->check(values::appliance);
}

}  // namespace drydock::command
