#include "runtime/journal/fault_points.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cstdlib>

namespace drydock::journal {

namespace {
constexpr std::string_view prefix = "journal.append=";

Result<FaultPoint> parse_entry(std::string_view entry) {
  const Error bad{ErrorKind::refused,
                  fmt::format("DRYDOCK_FAULT: \"{}\" is not journal.append=<n>:kill-before|kill-"
                              "after|enospc|eio; correct or unset it",
                              entry)};
  std::string_view rest = entry.substr(prefix.size());
  FaultPoint point;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), point.nth);
  if (code != std::errc() || point.nth == 0) return bad;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (rest == ":kill-before") point.fault = Fault::kill_before;
  if (rest == ":kill-after") point.fault = Fault::kill_after;
  if (rest == ":enospc") point.fault = Fault::no_space;
  if (rest == ":eio") point.fault = Fault::io_error;
  if (point.fault == Fault::none) return bad;
  return point;
}
}  // namespace

Result<FaultPoint> parse_fault_point(std::string_view text) {
  FaultPoint point;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view entry = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (entry.substr(0, 8) != "journal.") continue;
    if (entry.substr(0, prefix.size()) != prefix)
      return Error{ErrorKind::refused,
                   fmt::format("DRYDOCK_FAULT: the journal has no fault point \"{}\"", entry)};
    auto parsed = parse_entry(entry);
    if (!parsed) return parsed;
    point = *parsed;
  }
  return point;
}

Result<FaultPoint> fault_point_from_environment() {
  const char* text = std::getenv("DRYDOCK_FAULT");
  return parse_fault_point(text ? text : "");
}

}  // namespace drydock::journal
