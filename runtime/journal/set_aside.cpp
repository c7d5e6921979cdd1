#include "runtime/journal/set_aside.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>

#include "runtime/files/files.hpp"

namespace drydock::journal {

namespace {
constexpr std::string_view lost_prefix = "journal.lost-";
constexpr std::size_t reason_bytes_max = 4096;

std::map<std::uint64_t, std::filesystem::path> lost_folders(const std::string& path) {
  std::map<std::uint64_t, std::filesystem::path> found;
  std::error_code code;
  for (std::filesystem::directory_iterator at(path, code), end; !code && at != end;
       at.increment(code)) {
    const std::string name = at->path().filename();
    if (name.compare(0, lost_prefix.size(), lost_prefix) != 0) continue;
    std::uint64_t number = 0;
    std::from_chars(name.data() + lost_prefix.size(), name.data() + name.size(), number);
    if (number != 0) found[number] = at->path();
  }
  return found;
}
}  // namespace

Status set_aside(const std::string& path, const std::string& why) {
  auto lost = lost_folders(path);
  const std::uint64_t number = lost.empty() ? 1 : lost.rbegin()->first + 1;
  const std::string from = path + "/db";
  const std::string to = fmt::format("{}/{}{}", path, lost_prefix, number);
  // The reason goes first; without room for it the rename alone still saves the day.
  (void)files::replace_durably(from + "/why", why.substr(0, reason_bytes_max));
  if (std::rename(from.c_str(), to.c_str()) != 0) return files::last_error("setting aside", from);
  lost[number] = to;
  std::error_code code;
  while (lost.size() > lost_kept_max) {
    std::filesystem::remove_all(lost.begin()->second, code);  // what stays only takes room
    lost.erase(lost.begin());
  }
  return files::sync_folder(path);
}

std::optional<std::string> newest_loss(const std::string& path) {
  const auto lost = lost_folders(path);
  if (lost.empty()) return std::nullopt;
  const auto why = files::read(lost.rbegin()->second.string() + "/why", reason_bytes_max);
  return why ? *why : "an earlier journal was set aside; its reason was not kept";
}

}  // namespace drydock::journal
