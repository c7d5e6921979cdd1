// drydock site describe, list
#include <fmt/format.h>

#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"

namespace drydock::command {
namespace {

struct DescribeOptions {
  std::string client, site, site_class, why;
  std::vector<std::string> labels;
};

std::string words(const Json& site) {
  const Json* labels = list_in(site, "labels");
  std::string all;
  if (labels != nullptr)
    for (const Json& each : *labels)
      all += (all.empty() ? "" : ", ") + clean(each.is_string() ? each.get<std::string>() : "?");
  return all.empty() ? "-" : all;
}

Exit describe(const DescribeOptions& options, Session& session, Centre& centre) {
  Json body = {{"client", options.client},
               {"site", options.site},
               {"labels", options.labels},
               {"why", options.why}};
  if (!options.site_class.empty()) body["class"] = options.site_class;
  const auto answer = centre.post("/v1/sites", body);
  if (!answer) return session.console.failed(answer.error());
  return session.console.result(
      *answer,
      fmt::format("{} of {}: class {}, labels {}. Said before is forgotten; a rollout that "
                  "runs is counted anew.\n",
                  options.site, options.client, cell(*answer, "class"), words(*answer)));
}

Exit list(Session& session, Centre& centre) {
  const auto answer = centre.get("/v1/sites");
  if (!answer) return session.console.failed(answer.error());
  const Json* sites = list_in(*answer, "sites");
  if (sites == nullptr)
    return session.console.failed(
        {ErrorKind::malformed, "the centre's answer holds no list of sites"});
  std::vector<Row> rows;
  for (const Json& each : *sites)
    rows.push_back({cell(each, "client"), cell(each, "site"), cell(each, "class"), words(each)});
  return session.console.result(
      *answer, rows.empty() ? "No site is described; see drydock site describe --help\n"
                            : table({"CLIENT", "SITE", "CLASS", "LABELS"}, rows));
}

}  // namespace

void add_site_verbs(Verbs& verbs) {
  CLI::App& group = verbs.group("site", "what a site is: its class, and labels to select it by");
  auto o = std::make_shared<DescribeOptions>();
  CLI::App& describes = verbs.add(
      group, "describe", "say what a site is, in place of what was said before",
      "drydock site describe --client acme --site north --class clinic --label early --why "
      "\"agreed\"",
      [o](Session& s) { return with_centre(s, [&](Centre& c) { return describe(*o, s, c); }); });
  describes.add_option("--client", o->client, "whose site")
      ->type_name("NAME")
      ->required()
      ->check(values::name);
  describes.add_option("--site", o->site, "its name")
      ->type_name("NAME")
      ->required()
      ->check(values::name);
  describes
      .add_option("--class", o->site_class, "a part of the fleet that is watched for itself [none]")
      ->type_name("WORD")
      ->check(values::name);
  describes.add_option("--label", o->labels, "what rollouts may select it by; up to 8 times")
      ->type_name("WORD")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1)
      ->check(values::name);
  describes.add_option("--why", o->why, "kept in the decision log")->required()->check(values::why);
  verbs.add(group, "list", "every site that was described", "drydock site list",
            [](Session& s) { return with_centre(s, [&](Centre& c) { return list(s, c); }); });
}

}  // namespace drydock::command
