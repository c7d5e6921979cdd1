#include "runtime/remedies/remedies.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::remedies {
namespace {

constexpr std::array kTable{
    Entry{Kind::restart_unit, "restart-unit", "a unit such as ssh.service"},
};
constexpr std::array<std::string_view, 6> kSuffixes{".service", ".socket", ".timer",
                                                    ".target",  ".mount",  ".path"};
constexpr std::size_t kUnitNameMax = 255;  // systemd's own limit

Status restart_unit(const std::string& unit, const Ports& ports) {
  ASSERT(ports.restart_unit);
  if (!is_unit_name(unit))
    return Error{ErrorKind::malformed,
                 fmt::format("\"{}\" is no unit name; write it whole, such as ssh.service",
                             unit.substr(0, 64))};
  auto done = ports.restart_unit(unit);
  if (!done) return done.error().in("restarting " + unit);
  return done;
}

}  // namespace

std::span<const Entry> table() { return kTable; }

std::optional<Kind> by_name(std::string_view name) {
  for (const Entry& entry : kTable)
    if (entry.name == name) return entry.kind;
  return std::nullopt;
}

bool is_unit_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view(":-_.\\@").find(c) != std::string_view::npos;
  };
  const auto ends = [&](std::string_view suffix) {
    return text.size() > suffix.size() && text.ends_with(suffix);
  };
  // A leading dash would be an option to the program that is asked.
  return text.size() <= kUnitNameMax && std::all_of(text.begin(), text.end(), fits) &&
         std::any_of(kSuffixes.begin(), kSuffixes.end(), ends) && text.front() != '-';
}

Status apply(const Remedy& remedy, const Ports& ports) {
  switch (remedy.kind) {
    case Kind::restart_unit: return restart_unit(remedy.target, ports);
    case Kind::none: break;
  }
  return Error{ErrorKind::refused, "no remedy was named"};
}

}  // namespace drydock::remedies
