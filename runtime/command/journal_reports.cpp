// drydock journal reports, decisions: what an appliance has kept and what its centre has counted.
// Whoever doubts the delivery of reports compares the two.
#include <fmt/format.h>

#include <map>

#include "messages/centre.hpp"
#include "runtime/command/human.hpp"
#include "runtime/command/values.hpp"
#include "runtime/command/verbs.hpp"
#include "runtime/journal/reading.hpp"
#include "runtime/shell/owed_reports.hpp"

namespace drydock::command {
namespace {

Json described(const Report& report) {
  return {{"seq", report.seq.value},
          {"kind", name_of(report.kind)},
          {"reason", name_of(report.reason)},
          {"rollout", report.rollout.value},
          {"update", hex(report.update.value)},
          {"version", name_of(report.version)},
          {"wall_ms", report.wall.value},
          {"detail", report.detail.view()}};
}

Row line(const Report& report) {
  return {std::to_string(report.seq.value),
          human_time(report.wall),
          std::string(name_of(report.kind)),
          name_of(report.version),
          report.reason == Reason::none ? "-" : std::string(name_of(report.reason)),
          clean(report.detail.view())};
}
const Row head = {"NUMBER", "WHEN", "REPORT", "VERSION", "REASON", "DETAIL"};

Exit reports(const std::string& path, Session& session) {
  const auto reading = journal::Reading::open(path);
  if (!reading) return session.console.failed(reading.error());
  Json document = {{"journal", path}, {"reports", Json::array()}};
  std::vector<Row> rows;
  bool whole = true;
  const auto read =
      reading->for_each_row(shell::reports_table, [&](std::string_view, std::string_view value) {
        Report report;
        whole = decode_from(value, report) && whole;
        document["reports"].push_back(described(report));
        rows.push_back(line(report));
      });
  if (!read) return session.console.failed(read.error().in(path));
  if (!whole)
    return session.console.failed(
        {ErrorKind::malformed, path + ": a report does not parse; it may be of a newer version"});
  return session.console.result(document,
                                rows.empty() ? "No reports are kept.\n" : table(head, rows));
}

// A report is counted once however often it was decided upon; the first time counts.
using Counted = std::map<std::uint64_t, std::map<std::uint32_t, Report>>;

Status count(const journal::Reading& reading, Counted& counted, std::uint64_t& decisions) {
  std::uint64_t bad = 0;
  const auto read = reading.for_each_decision([&](const journal::Decision& stored) {
    Decision decision;
    ++decisions;
    if (!decode_from(stored.bytes, decision) && bad == 0) bad = stored.position;
    if (const auto* batch = std::get_if<ReportsCounted>(&decision.what))
      for (const Report& report : batch->reports)
        counted[batch->appliance.value].emplace(report.seq.value, report);
  });
  if (read && bad != 0)
    return Error{ErrorKind::malformed,
                 fmt::format("decision {} does not parse; it may be of a newer version", bad)};
  return read;
}

Exit decisions(const std::string& path, Session& session) {
  const auto reading = journal::Reading::open(path, journal::Profile::centre);
  if (!reading) return session.console.failed(reading.error());
  Counted counted;
  std::uint64_t all = 0;
  if (auto read = count(*reading, counted, all); !read)
    return session.console.failed(std::move(read).error().in(path));
  Json document = {{"journal", path}, {"decisions", all}, {"counted", Json::object()}};
  std::string text = fmt::format("{} decisions; counted reports:\n", all);
  for (const auto& [appliance, reports] : counted) {
    Json& list = document["counted"][hex(appliance)] = Json::array();
    std::vector<Row> rows;
    for (const auto& [seq, report] : reports) {
      list.push_back(described(report));
      rows.push_back(line(report));
    }
    text += "\n" + hex(appliance) + "\n" + table(head, rows);
  }
  return session.console.result(document, text);
}

using Show = Exit (*)(const std::string& path, Session&);

void add(Verbs& verbs, CLI::App& group, const std::string& name, const std::string& what,
         const std::string& example, Show show) {
  auto path = std::make_shared<std::string>();
  CLI::App& verb = verbs.add(group, name, what, "drydock journal " + name + " " + example,
                             [path, show](Session& s) { return show(*path, s); });
  verb.add_option("PATH", *path, "folder of the journal")
      ->type_name("")
      ->required()
      ->check(values::folder);
}

}  // namespace

void add_journal_report_verbs(Verbs& verbs, CLI::App& group) {
  add(verbs, group, "reports", "the reports an appliance's journal keeps, read-only",
      "/var/lib/msp/journal", reports);
  add(verbs, group, "decisions", "the reports a centre's decision log has counted, read-only",
      "/var/lib/drydock/journal", decisions);
}

}  // namespace drydock::command
