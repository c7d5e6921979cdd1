#include "runtime/checks/host.hpp"

#include <cerrno>
#include <charconv>
#include <memory>

#include <dirent.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/files/files.hpp"

namespace drydock::checks {
namespace {

constexpr int kProcessesMax = 65'536;

// used of total in thousandths, rounded up, so that a full disk is never 999.
std::int32_t permille(std::uint64_t used, std::uint64_t total) {
  if (total == 0) return 0;
  const auto wide = static_cast<unsigned __int128>(used) * 1000 + total - 1;
  return static_cast<std::int32_t>(wide / total);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc{} || n == 0 || rest.find_first_not_of(" \n") != rest.npos)
    return std::nullopt;
  return n;
}

struct Process {
  std::string name;
  char state = '?';
};

// "17 (name) S ..."; the name may hold spaces and brackets, so it ends at the last bracket.
std::optional<Process> process_at(const std::string& proc, std::string_view pid) {
  constexpr std::size_t stat_max = 4096;
  const auto text = files::read(fmt::format("{}/{}/stat", proc, pid), stat_max);
  if (!text) return std::nullopt;  // it ended while we looked
  const auto open = text->find('(');
  const auto close = text->rfind(')');
  if (open == text->npos || close == text->npos || close + 2 >= text->size()) return std::nullopt;
  return Process{text->substr(open + 1, close - open - 1), (*text)[close + 2]};
}

bool runs(const Process& p) { return p.state != 'Z' && p.state != 'X'; }

// Process 1 is always there, and root's: who does not see it sees only processes of his own.
bool hides_others(const std::string& proc) { return ::access((proc + "/1").c_str(), F_OK) != 0; }

// Asks without sending anything; refused is as good an answer as allowed.
bool could_be_signalled(std::uint32_t pid) {
  return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

Finished finished(Outcome outcome, std::string reason) {
  Finished f;
  f.outcome = outcome;
  f.reason = std::move(reason);
  return f;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

}  // namespace

Result<DiskUse> disk_use(const std::string& path) {
  struct statvfs s {};
  while (::statvfs(path.c_str(), &s) != 0)
    if (errno != EINTR) return files::last_error("looking at the filesystem of", path);
  const std::uint64_t used = s.f_blocks - s.f_bfree;
  const std::uint64_t inodes_used = s.f_files - s.f_ffree;
  DiskUse use;
  // As df counts: the blocks kept for root are neither used nor free.
  use.used_permille = permille(used, used + s.f_bavail);
  use.inodes_permille = permille(inodes_used, inodes_used + s.f_favail);
  use.free_bytes = std::uint64_t{s.f_bavail} * s.f_frsize;
  return use;
}

ClockUse clock_use(const clock::HostClock& host) {
  const clock::KernelSync sync = host.sync();
  return {sync.synchronised, sync.offset_us, sync.max_error_us};
}

Finished process_by_name(const std::string& name, const std::string& proc) {
  const std::unique_ptr<DIR, CloseFolder> table(::opendir(proc.c_str()));
  if (!table) return finished(Outcome::unknown, files::last_error("opening", proc).text);
  int looked_at = 0;
  while (const dirent* entry = ::readdir(table.get())) {
    if (!number_in(entry->d_name)) continue;
    if (++looked_at > kProcessesMax)
      return finished(Outcome::unknown, fmt::format("more than {} processes", kProcessesMax));
    const auto process = process_at(proc, entry->d_name);
    if (process && process->name == name && runs(*process))
      return finished(Outcome::pass, fmt::format("{} runs as process {}", name, entry->d_name));
  }
  if (looked_at == 0) return finished(Outcome::unknown, proc + " lists no process");
  if (hides_others(proc))
    return finished(
        Outcome::unknown,
        fmt::format("{} hides other users' processes; watch {} by its unit instead", proc, name));
  return finished(Outcome::fail, fmt::format("no process named {} runs", name));
}

Finished process_by_pid_file(const std::string& path, const std::string& proc) {
  constexpr std::size_t pid_file_max = 64;
  const auto text = files::read(path, pid_file_max);
  if (!text && text.error().kind == ErrorKind::not_found)
    return finished(Outcome::fail, fmt::format("{} does not exist", path));
  if (!text) return finished(Outcome::unknown, text.error().text);
  const auto pid = number_in(*text);
  if (!pid) return finished(Outcome::unknown, fmt::format("{} holds no process number", path));
  const auto process = process_at(proc, std::to_string(*pid));
  if (process && runs(*process))
    return finished(Outcome::pass, fmt::format("process {} runs", *pid));
  if (!process && hides_others(proc) && could_be_signalled(*pid))
    return finished(Outcome::pass, fmt::format("process {} is there, and is another user's", *pid));
  return finished(Outcome::fail, fmt::format("process {} of {} does not run", *pid, path));
}

Finished unit_active(std::vector<std::string> ask, const std::string& unit, Duration timeout) {
  ask.push_back(unit);
  Finished f = run({std::move(ask), timeout});
  // For the service manager 1 is no answer; its "inactive" is 3 and its "no such unit" is 4.
  if (f.outcome == Outcome::fail) f.outcome = Outcome::unknown;
  if (f.exit_code == 3 || f.exit_code == 4) f.outcome = Outcome::fail;
  f.reason = fmt::format("{}: {}", unit, f.reason);
  return f;
}

}  // namespace drydock::checks
