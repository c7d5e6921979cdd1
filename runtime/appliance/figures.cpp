#include "runtime/appliance/figures.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

#include "messages/text.hpp"

namespace drydock::appliance {
namespace {

constexpr std::size_t folder_entries_max = 10'000;  // more is no journal of ours

// Prometheus' text format 0.0.4. By hand: the library for it would be loaded by every agent, and
// costs 0.4 MB where nobody asks. No label value needs escaping: names, numbers and our own words.
class Page {
 public:
  // Series of one name follow each other.
  void add(std::string_view kind, std::string_view name, std::string_view help,
           std::string_view labels, std::uint64_t value) {
    if (name != last_)
      fmt::format_to(std::back_inserter(text_),
                     "# HELP drydock_agent_{0} {1}\n"
                     "# TYPE drydock_agent_{0} {2}\n",
                     name, help, kind);
    last_ = name;
    fmt::format_to(std::back_inserter(text_), "drydock_agent_{}{} {}\n", name, labels, value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value,
             std::string_view labels = "") {
    add("gauge", name, help, labels, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_;
};

std::uint64_t seconds_of(Duration duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(duration.value, 0) / 1000);
}

std::string label(HostCheck check) { return fmt::format("{{check=\"{}\"}}", name_of(check)); }

void add_checks(Page& page, const std::vector<CheckFigures>& checks) {
  for (const CheckFigures& c : checks)
    if (c.level != Healer::Level::unknown)
      page.gauge("check_good", "1 when the newest look found it good.",
                 c.level == Healer::Level::good, label(c.check));
  for (const CheckFigures& c : checks)
    page.gauge("drift", "1 while a drift is noted and not mended.", c.drifted, label(c.check));
  for (const CheckFigures& c : checks)
    page.gauge("drift_escalated", "1 while a drift waits for a person to mend it.", c.escalated,
               label(c.check));
}

}  // namespace

std::string text_of(const Figures& figures) {
  Page page;
  page.gauge("info", "Which release runs, from which slot, at which site.", 1,
             fmt::format("{{site=\"{}\",slot=\"{}\",version=\"{}\"}}", figures.site,
                         name_of(figures.active), name_of(figures.running)));
  page.gauge("on_trial", "1 while the running slot is on trial.", figures.on_trial);
  page.gauge("up_seconds", "Time since the agent started.", seconds_of(figures.up));
  if (figures.answered_ago)
    page.gauge("check_in_age_seconds", "Time since the centre last answered a check-in.",
               seconds_of(*figures.answered_ago));
  const std::string_view check_ins = "check_ins_total", help = "Check-ins of this process.";
  page.add("counter", check_ins, help, "{result=\"answered\"}", figures.answered);
  page.add("counter", check_ins, help, "{result=\"failed\"}", figures.failed);
  page.gauge("reports_owed", "Reports that the centre has not yet.", figures.reports_owed);
  if (figures.journal_bytes)
    page.gauge("journal_bytes", "Size of the journal's folder.", *figures.journal_bytes);
  add_checks(page, figures.checks);
  return page.take();
}

std::optional<std::uint64_t> folder_bytes(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  std::uint64_t bytes = 0;
  std::size_t entries = 0;
  fs::recursive_directory_iterator at(folder, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    if (++entries > folder_entries_max) return std::nullopt;
    std::error_code gone;  // RocksDB removes files while we look
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes += size;
  }
  if (failed) return std::nullopt;
  return bytes;
}

}  // namespace drydock::appliance
