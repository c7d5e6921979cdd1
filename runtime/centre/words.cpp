#include "runtime/centre/words.hpp"

#include <array>

#include <fmt/format.h>

namespace drydock::centre {

std::string_view wait_word(WaitReason reason) {
  constexpr std::array<std::string_view, 35> words = {
      "none",        "up_to_date",        "no_rollout",   "site_mismatch", "not_active",
      "ramp",        "site_busy",         "halted",       "paused",        "failed_before",
      "hardware",    "newer_already",     "window",       "in_progress",   "deciding",
      "busy",        "unknown_appliance", "not_selected", "held",          "not_tried_yet",
      "clock_unset", "exposure",          "cap",          "turn",          "part_halted",
      "graph",       "dead_end",          "expired",      "download_only", "quarantined",
      "approval",    "not_started",       "fleet_busy",   "bandwidth",     "pausing"};
  const auto number = static_cast<std::size_t>(reason);
  return number < words.size() ? words[number] : "unknown";
}

std::string wait_text(const Wait& wait) {
  if (wait.reason == WaitReason::none)
    return "nothing stands in its way; its next check-in brings the next step";
  return name_of(wait);
}

std::array<std::pair<const char*, std::uint32_t>, 10> tally_words(const planner::Tally& tally) {
  return {{{"granted", tally.granted},
           {"staged", tally.staged},
           {"exposed", tally.exposed},
           {"committed", tally.committed},
           {"install_failed", tally.install_failed},
           {"install_cut", tally.install_cut},
           {"rolled_back", tally.rolled_back},
           {"silent", tally.silent},
           {"failed_late", tally.failed_late},
           {"lapsed", tally.lapsed}}};
}

std::vector<std::string> label_names(const Names& names, const Labels& labels) {
  std::vector<std::string> all;
  for (const LabelId label : labels) all.push_back(names.name(NameKind::label, label.value));
  return all;
}

std::optional<Lifecycle> lifecycle_of(std::string_view word) {
  for (const Lifecycle each : {Lifecycle::pending, Lifecycle::active, Lifecycle::quarantined,
                               Lifecycle::maintenance, Lifecycle::retired, Lifecycle::replaced})
    if (name_of(each) == word) return each;
  return {};
}

std::string incarnation_text(const journal::Incarnation& incarnation) {
  std::string text;
  for (const std::uint8_t byte : incarnation) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace drydock::centre
