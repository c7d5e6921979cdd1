#include "runtime/config/health_checks.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "runtime/config/document.hpp"
#include "runtime/config/reader.hpp"

namespace drydock::config {
namespace {

constexpr std::array<Word<Severity>, 2> kSeverities{
    {{"required", Severity::required}, {"wanted", Severity::wanted}}};
constexpr std::int64_t kTimeoutMsMax = 600'000;

void read_check(const Value& value, HealthCheck& out) {
  constexpr auto some = Presence::required;
  const auto put_timeout = [&out](std::uint64_t ms) {
    out.timeout = milliseconds(static_cast<std::int64_t>(ms));
  };
  const auto word = [](std::string& s) { return text(s, {0, 4096}); };
  read_map(value,
           {{"name", name(out.name), some},
            {"command", list<std::string>(out.command, {1, kHealthCheckArgumentsMax}, word), some},
            {"timeout_ms", whole_number(put_timeout, 1, kTimeoutMsMax)},
            {"severity", choice<Severity>(out.severity, kSeverities)}});
  if (!out.command.empty() && out.command[0].empty()) value.problem("the command names no program");
}

// The *.yaml files of a folder, sorted by path.
Result<std::vector<std::string>> files_of(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code code;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    if (entry->path().extension() != ".yaml") continue;
    paths.push_back(entry->path().string());
    if (paths.size() > kHealthChecksMax)
      return Error{ErrorKind::no_space,
                   fmt::format("{} holds more than {} checks", folder, kHealthChecksMax)};
  }
  if (code) {
    const bool missing = code == std::errc::no_such_file_or_directory;
    return Error{missing ? ErrorKind::not_found : ErrorKind::io,
                 fmt::format("reading health checks: {}: {}", folder, code.message())};
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<HealthCheck> load_check(const std::string& path) {
  auto text = document_text(path, kHealthCheckFileMax);
  if (!text) return text.error();
  return parse_health_check(*text, path);
}

void add_line(std::string& problems, const std::string& line) {
  problems += (problems.empty() ? "" : "\n") + line;
}

}  // namespace

Result<HealthCheck> parse_health_check(std::string_view text, const std::string& file) {
  HealthCheck check;
  if (auto s = read_document(text, file, section(check, read_check)); !s) return s.error();
  return check;
}

Result<std::vector<HealthCheck>> load_health_checks(const std::string& folder) {
  auto paths = files_of(folder);
  if (!paths) return paths.error();
  std::vector<HealthCheck> checks;
  std::string problems;
  for (const std::string& path : *paths) {
    auto check = load_check(path);
    if (!check) {
      add_line(problems, check.error().text);
      continue;
    }
    const auto same = [&](const HealthCheck& c) { return c.name == check->name; };
    if (std::any_of(checks.begin(), checks.end(), same))
      add_line(problems,
               fmt::format("{}: another file already has a check named \"{}\"", path, check->name));
    checks.push_back(std::move(*check));
  }
  if (!problems.empty()) return Error{ErrorKind::malformed, std::move(problems)};
  std::sort(checks.begin(), checks.end(),
            [](const HealthCheck& a, const HealthCheck& b) { return a.name < b.name; });
  return checks;
}

}  // namespace drydock::config
