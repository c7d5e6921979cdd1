// drydock why
#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

constexpr unsigned readable_columns_max = 100;

bool says(const Json& answer, const char* name) {
  const std::string text = cell(answer, name);
  return text != "-" && text != "none" && text != "0";
}

// Who has what it waits for.
std::string holders(const Json& answer) {
  const Json* held_by = list_in(answer, "held_by");
  if (held_by == nullptr || held_by->empty()) return {};
  std::string out = " Held by";
  for (const Json& each : *held_by)
    out += fmt::format("{} {} (stage {}, until {})", &each == &held_by->front() ? "" : ",",
                       cell(each, "appliance"), cell(each, "stage"),
                       human_time(time_in(each, "expires_ms").value_or(WallTime{})));
  return out + ".";
}

// What it is, what keeps it, and what became of it; each sentence only as far as it is known.
std::string paragraph(const std::string& appliance, std::string text, const Json& answer,
                      WallTime now) {
  std::string out = "Appliance " + appliance;
  if (says(answer, "version")) out += " runs " + cell(answer, "version");
  if (says(answer, "lifecycle"))
    out += std::string(says(answer, "version") ? " and" : "") + " is " + cell(answer, "lifecycle");
  while (text.ends_with('.')) text.pop_back();
  out += says(answer, "rollout") ? ". For rollout " + cell(answer, "rollout") + ": " : ": ";
  out += text + ".";
  if (const auto since = time_in(answer, "since_ms"))
    out += fmt::format(" Since {}, {}.", human_time(*since), human_age(*since, now));
  out += holders(answer);
  if (!says(answer, "stage") || !says(answer, "stage_rollout")) return out;
  out += fmt::format(" In rollout {} its stage is {}", cell(answer, "stage_rollout"),
                     cell(answer, "stage"));
  if (says(answer, "reason")) {
    out += ", because of " + cell(answer, "reason");
    if (says(answer, "detail")) out += " (" + cell(answer, "detail") + ")";
  }
  return out + ".";
}

Exit why(const std::string& appliance, Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/appliances/" + appliance + "/why");
  if (!answer) return session.console.failed(answer.error());
  const auto text = text_in(*answer, "text");
  if (!text || text->empty())
    return session.console.failed(
        {ErrorKind::malformed, "the centre gave no reason for " + appliance +
                                   "; its version may not fit this command's"});
  const World& world = session.console.world();
  const std::string line = paragraph(appliance, clean(*text), *answer, world.wall());
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
