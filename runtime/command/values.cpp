#include "runtime/command/values.hpp"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "messages/ids.hpp"
#include "runtime/config/units.hpp"
#include "runtime/trust/names.hpp"

namespace drydock::command::values {
namespace {

constexpr std::array<std::string_view, 6> states = {"PENDING",     "ACTIVE",  "QUARANTINED",
                                                    "MAINTENANCE", "RETIRED", "REPLACED"};
constexpr Duration poll_min = milliseconds(100);
constexpr Duration poll_max = hours(1);

std::string text_of(const Status& status) { return status ? "" : status.error().text; }

std::string present(const std::string& path, mode_t kind, const char* what) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fmt::format("{}: {}; give a {} that is there", path, std::strerror(errno), what);
  if ((info.st_mode & S_IFMT) == kind) return {};
  return fmt::format("{} is not a {}", path, what);
}

}  // namespace

std::string version(const std::string& text) {
  Version version;
  if (read_version(text, version) && version.value != 0) return {};
  return fmt::format("'{}' is not a version: use major.minor.patch, such as 1.4.2",
                     trust::printable(text));
}

std::string name(const std::string& text) { return text_of(trust::check_name("this", text)); }

std::string hardware(const std::string& text) {
  return text == "*" ? "" : text_of(trust::check_name("the hardware model", text));
}

std::string appliance(const std::string& text) {
  const auto id = trust::parse_appliance_id(text);
  return id ? "" : id.error().text;
}

std::string rollout(const std::string& text) {
  const auto number = config::parse_whole(text);
  if (number && *number >= 1 && *number <= UINT32_MAX) return {};
  return fmt::format("'{}' is not a rollout: use its number, such as 1; see drydock rollout status",
                     trust::printable(text));
}

std::string serial(const std::string& text) {
  const auto number = config::parse_whole(text);
  if (number && *number >= 1) return {};
  return fmt::format(
      "'{}' is not a serial: use a whole number from 1, above that of every order "
      "signed before",
      trust::printable(text));
}

std::string lifecycle(const std::string& text) {
  if (std::find(states.begin(), states.end(), upper(text)) != states.end()) return {};
  std::string accepted;
  for (const auto state : states) accepted += (accepted.empty() ? "" : ", ") + std::string(state);
  return fmt::format("'{}' is not a lifecycle state: use one of {}", trust::printable(text),
                     accepted);
}

std::string why(const std::string& text) {
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (printable && text.size() <= why_bytes_max) return {};
  return fmt::format("use one line of at most {} bytes, here are {}", why_bytes_max, text.size());
}

bool is_ip_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

std::string host(const std::string& text) {
  return is_ip_address(text) ? "" : text_of(trust::check_host_name(text));
}

std::string poll(const std::string& text) {
  const auto duration = config::parse_duration(text);
  if (duration && *duration >= poll_min && *duration <= poll_max) return {};
  return fmt::format("'{}': use {}, from {} to {}", trust::printable(text), config::kDurationForm,
                     config::text_of(poll_min), config::text_of(poll_max));
}

std::string file(const std::string& text) { return present(text, S_IFREG, "file"); }
std::string folder(const std::string& text) { return present(text, S_IFDIR, "folder"); }

std::string new_file(const std::string& text) {
  if (text.empty()) return "the name is empty";
  if (::access(text.c_str(), F_OK) != 0) return {};
  return fmt::format("{} is there already and is not overwritten: remove it or use another name",
                     text);
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

}  // namespace drydock::command::values
