#include "runtime/boot/projections.hpp"

#include <unistd.h>

#include <charconv>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"

namespace drydock::boot {
namespace {

constexpr std::size_t file_limit = 4096;
constexpr unsigned mode = 0644;

std::string state_path(const std::string& folder) { return folder + "/update/update_state.json"; }
std::string count_path(const std::string& folder) { return folder + "/update/boot_count"; }

std::string utc_text(WallTime wall) {  // 2026-01-02T03:04:05.006Z
  const std::int64_t ms = ((wall.value % 1000) + 1000) % 1000;
  const std::time_t seconds = (wall.value - ms) / 1000;
  std::tm utc{};
  ASSERT(::gmtime_r(&seconds, &utc) != nullptr);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms);
}

bool read_utc(const std::string& text, WallTime& out) {
  std::tm utc{};
  int ms = 0, used = 0;
  const int found =
      std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &utc.tm_year, &utc.tm_mon,
                  &utc.tm_mday, &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &ms, &used);
  if (found != 7 || static_cast<std::size_t>(used) != text.size()) return false;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  out = {static_cast<std::int64_t>(::timegm(&utc)) * 1000 + ms};
  return true;
}

bool read_fields(const nlohmann::json& json, UpdateState& state) {
  const auto text = [&](const char* name) { return json.value(name, std::string()); };
  const std::string target = text("target_partition");
  state.target = target == "A" ? Slot::a : target == "B" ? Slot::b : Slot::none;
  state.rollout = {json.value("rollout_id", std::uint32_t{0})};
  return read_hex(text("update_id"), state.update.value) &&
         read_version(text("version"), state.version) &&
         read_utc(text("started_at"), state.started) && state.target != Slot::none;
}

Status remove_durably(const std::string& path, const std::string& folder) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return files::last_error("removing", path);
  return files::sync_folder(folder);
}

}  // namespace

Status write_update_state(const std::string& data_folder, const UpdateState& state) {
  ASSERT(state.target != Slot::none);
  const nlohmann::ordered_json json = {{"update_id", hex(state.update.value)},
                                       {"rollout_id", state.rollout.value},
                                       {"version", name_of(state.version)},
                                       {"target_partition", std::string(name_of(state.target))},
                                       {"started_at", utc_text(state.started)}};
  return files::replace_durably(state_path(data_folder), json.dump() + "\n", mode);
}

Result<std::optional<UpdateState>> read_update_state(const std::string& data_folder) {
  const std::string path = state_path(data_folder);
  auto bytes = files::read(path, file_limit);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return std::optional<UpdateState>();
  if (!bytes) return bytes.error();
  UpdateState state;
  bool whole = false;
  try {
    const auto json = nlohmann::json::parse(*bytes, nullptr, false);
    whole = json.is_object() && read_fields(json, state);
  } catch (const nlohmann::json::exception&) {  // a field of another type
  }
  if (!whole)
    return Error{
        ErrorKind::malformed,
        fmt::format("{} is not an update state; it is only a projection and may be removed", path)};
  return std::optional(state);
}

Status clear_update_state(const std::string& data_folder) {
  return remove_durably(state_path(data_folder), data_folder + "/update");
}

Status write_boot_count(const std::string& data_folder, std::uint32_t count) {
  return files::replace_durably(count_path(data_folder), fmt::format("{}\n", count), mode);
}

Result<std::uint32_t> read_boot_count(const std::string& data_folder) {
  const std::string path = count_path(data_folder);
  auto bytes = files::read(path, file_limit);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) return std::uint32_t{0};
  if (!bytes) return bytes.error();
  std::string_view text = *bytes;
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::uint32_t count = 0;
  const auto [at, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (code != std::errc{} || at != text.data() + text.size())
    return Error{ErrorKind::malformed, fmt::format("{} does not hold a number", path)};
  return count;
}

}  // namespace drydock::boot
