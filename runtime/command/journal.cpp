// drydock journal verify
#include <fmt/format.h>

#include "messages/ids.hpp"
#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/journal/verify.hpp"

namespace drydock::command {
namespace {

Exit verify(const std::string& path, Session& session) {
  const auto report = journal::verify(path);
  if (!report) return session.console.failed(std::move(report).error().in("journal verify"));
  const std::string link = hex(report->last_link);
  const Json document = {{"journal", path},
                         {"ok", report->ok},
                         {"records", report->records},
                         {"first_seq", report->first_seq},
                         {"last_seq", report->last_seq},
                         {"evidence", report->evidence},
                         {"decisions", report->decisions},
                         {"first_bad", report->first_bad},
                         {"last_link", link},
                         {"why", report->why}};
  std::string text = fmt::format("{}: {}\n", path, report->ok ? "whole" : "BROKEN");
  if (!report->ok)
    text += fmt::format("{} (at {})\nKeep a copy of the folder before anything else.\n",
                        clean(report->why), report->first_bad);
  text += facts({{"records", std::to_string(report->records)},
                 {"from", std::to_string(report->first_seq)},
                 {"to", std::to_string(report->last_seq)},
                 {"evidence", std::to_string(report->evidence)},
                 {"decisions", std::to_string(report->decisions)},
                 {"last link", link}});
  session.console.result(document, text);
  return report->ok ? Exit::done : Exit::failed;
}

}  // namespace

void add_journal_verbs(Verbs& verbs) {
  auto path = std::make_shared<std::string>();
  CLI::App& group = verbs.group("journal", "the record of what was decided and done");
  CLI::App& verb =
      verbs.add(group, "verify", "check a journal's chains, read-only; exit 1 when one is broken",
                "drydock journal verify /var/lib/msp/journal",
                [path](Session& s) { return verify(*path, s); });
  verb.add_option("PATH", *path, "folder of the journal")
      ->type_name("")
      ->required()
      ->check(values::folder);
  add_journal_report_verbs(verbs, group);
}

}  // namespace drydock::command
