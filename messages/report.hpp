#pragma once
// A report: what an appliance has to say about one update or one repair. Kept in the durable outbox
// until retention removes it; delivered at least once, counted once (by its sequence).
#include "messages/fields.hpp"
#include "messages/ids.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock {

enum class ReportKind : std::uint8_t {
  unknown = 0,
  staged = 1,  // installed and read back; proves nothing about the release
  install_failed = 2,
  armed = 3,        // token used, about to reboot
  committed = 4,    // new boot, new version, slot marked good, gate passed
  rolled_back = 5,  // the trial did not prove itself; the old slot runs
  failed_late = 6,  // healthy at the gate, unhealthy within the soak
  order_refused = 7,
  drifted = 8,  // the healer saw something wrong
  healed = 9,
  escalated = 10,     // the healer could not repair it
  journal_lost = 11,  // the appliance's journal was set aside and started anew
};
inline constexpr std::size_t report_kinds = 12;

enum class Reason : std::uint8_t {
  none = 0,
  hash_mismatch = 1,
  image_too_large = 2,
  disk_full = 3,
  download_cut = 4,  // retries used up
  manifest_refused = 5,
  helper_refused = 6,
  read_back_mismatch = 7,
  cancelled = 8,  // the grant no longer stands
  check_failed = 9,
  check_unknown = 10,  // a required check gave no answer
  boot_never_came_up = 11,
  agent_not_ready = 12,
  expired = 13,
  replayed = 14,
  foreign = 15,  // meant for another appliance
  stale_epoch = 16,
  clock_untrusted = 17,
  io_error = 18,
  window_closed = 19,
  unexpected_slot = 20,
  unreachable = 21,  // the centre, from the committed release; the previous one reached it
  downgrade = 22,    // to an older version, and the grant does not say that it may
};

struct Report {
  static constexpr const char* name = "Report";
  ReportSeq seq;
  ReportKind kind = ReportKind::unknown;
  Reason reason = Reason::none;
  std::uint8_t attempt = 0;  // boots tried, or downloads tried
  RolloutId rollout;
  UpdateId update;
  Version version;  // the release the report speaks of
  BootId boot;      // the boot that says it
  WallTime wall;
  Text<40> detail;  // which check, which unit; for a person
  static constexpr auto fields() {
    return std::tuple{field<1>("seq", &Report::seq),         field<2>("kind", &Report::kind),
                      field<3>("reason", &Report::reason),   field<4>("attempt", &Report::attempt),
                      field<5>("rollout", &Report::rollout), field<6>("update", &Report::update),
                      field<7>("version", &Report::version), field<8>("boot", &Report::boot),
                      field<9>("wall", &Report::wall),       field<10>("detail", &Report::detail)};
  }
  friend bool operator==(const Report&, const Report&) = default;
};

constexpr std::string_view name_of(ReportKind kind) {
  constexpr std::array<std::string_view, report_kinds> names = {
      "unknown",     "staged",        "install_failed", "armed",  "committed", "rolled_back",
      "failed_late", "order_refused", "drifted",        "healed", "escalated", "journal_lost"};
  return static_cast<std::size_t>(kind) < names.size() ? names[static_cast<std::size_t>(kind)]
                                                       : "unknown";
}
constexpr std::string_view name_of(Reason reason) {
  constexpr std::array<std::string_view, 23> names = {"none",
                                                      "hash_mismatch",
                                                      "image_too_large",
                                                      "disk_full",
                                                      "download_cut",
                                                      "manifest_refused",
                                                      "helper_refused",
                                                      "read_back_mismatch",
                                                      "cancelled",
                                                      "check_failed",
                                                      "check_unknown",
                                                      "boot_never_came_up",
                                                      "agent_not_ready",
                                                      "expired",
                                                      "replayed",
                                                      "foreign",
                                                      "stale_epoch",
                                                      "clock_untrusted",
                                                      "io_error",
                                                      "window_closed",
                                                      "unexpected_slot",
                                                      "unreachable",
                                                      "downgrade"};
  return static_cast<std::size_t>(reason) < names.size() ? names[static_cast<std::size_t>(reason)]
                                                         : "unknown";
}

}  // namespace drydock
