#include "messages/check_in.hpp"

#include <array>
#include <cstdio>

namespace drydock {

// Days since 1970 as a date of the Gregorian calendar: H. Hinnant, "chrono-compatible low-level
// date algorithms", days_to_civil; eras of 400 years that begin on 1 March.
std::string utc_text(WallTime wall) {
  constexpr std::int64_t day_ms = 86'400'000, days_to_1970 = 719'468, era_days = 146'097;
  constexpr std::int64_t end_of_9999 = 253'402'300'799'000;
  if (wall.value < 0 || wall.value > end_of_9999) return "a time out of range";
  const std::int64_t days = wall.value / day_ms + days_to_1970;
  const std::int64_t era = days / era_days, of_era = days % era_days;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;  // from March
  const std::int64_t day = of_year - (153 * month + 2) / 5 + 1;
  const bool next_year = month >= 10;
  const std::int64_t minute = wall.value % day_ms / 60'000;
  std::array<char, 64> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d UTC",
                      static_cast<int>(era * 400 + year + (next_year ? 1 : 0)),
                      static_cast<int>(month + (next_year ? -9 : 3)), static_cast<int>(day),
                      static_cast<int>(minute / 60), static_cast<int>(minute % 60));
  return text.data();
}

std::string name_of(const Wait& w) {
  const std::string a = std::to_string(w.a), b = std::to_string(w.b);
  switch (w.reason) {
    case WaitReason::none: return "nothing known";
    case WaitReason::up_to_date: return "runs " + name_of(Version{w.a}) + ", the rollout's release";
    case WaitReason::no_rollout: return "no running rollout selects it";
    case WaitReason::site_mismatch:
      return "SITE_MISMATCH: SITE_ID on the box is not the site it is registered for";
    case WaitReason::not_active: return "its lifecycle is not ACTIVE";
    case WaitReason::ramp:
      return a + " updates are in flight and " + b + " are allowed until more have committed";
    case WaitReason::site_busy:
      return a + " of its site is being updated, " + b + " at once is allowed";
    case WaitReason::halted: return "rollout " + a + " is halted after " + b + " failures";
    case WaitReason::paused: return "rollout " + a + " is paused by a person";
    case WaitReason::failed_before: return "it already failed rollout " + a;
    case WaitReason::hardware: return "the release is for another hardware model";
    case WaitReason::newer_already:
      return "runs " + name_of(Version{w.a}) + ", newer than the rollout's release";
    case WaitReason::window:
      if (w.b != 0) return "the centre's clock is not set, so no window counts as open";
      return w.a == 0 ? "its maintenance window is closed, and when it opens is not known"
                      : "its maintenance window is closed; it opens at " +
                            utc_text({static_cast<std::int64_t>(w.a)});
    case WaitReason::in_progress: return "its order " + a + " is being carried out";
    case WaitReason::deciding: return "a decision is on its way";
    case WaitReason::busy: return "the centre is busy; it will ask again";
    case WaitReason::unknown_appliance: return "the registry does not know it: provision it first";
    case WaitReason::not_selected: return "rollout " + a + " is for other sites";
    case WaitReason::held: return "rollout " + a + " is held until a person resumes it";
    case WaitReason::not_tried_yet: return "it has not checked in since the rollout started";
    case WaitReason::clock_unset: return "its clock is not set; it waits for the time";
    case WaitReason::exposure:
      return a + " appliances are proving the release and " + b +
             " may at once; it is staged and next";
    case WaitReason::cap:
      return a + " appliances were exposed, " + b +
             " may be until the verdicts exclude twice the tolerated failures";
    case WaitReason::turn:
      return "its place in this release's order is " + a + "; places up to " + b + " are served";
    case WaitReason::part_halted:
      return "rollout " + a +
             " is halted for its hardware model, or for its class of sites, of which too many "
             "failed";
    case WaitReason::graph:
      return "it must run " + name_of(Version{w.a}) + " first, and no rollout brings that now";
    case WaitReason::dead_end:
      return "no release can be reached from " + name_of(Version{w.a}) + ", which it runs";
    case WaitReason::expired: return "the lifetime of rollout " + a + " is over";
    case WaitReason::download_only:
      return "rollout " + a + " only stages; it gives no reboot token";
    case WaitReason::quarantined:
      return a + " updates in a row ended badly; it gets no other until a rollout is retried";
    case WaitReason::approval: return "rollout " + a + " waits for the approval of a second person";
    case WaitReason::not_started: return "rollout " + a + " is created and not started";
    case WaitReason::fleet_busy:
      return a + " appliances are being updated, over all rollouts, and " + b +
             " at once is allowed";
    case WaitReason::bandwidth:
      return a + " appliances download the release, and " + b + " at once is allowed";
    case WaitReason::pausing:
      return "offer " + b + " came to nothing on the appliance; the next follows in " + a + " s";
  }
  return "an unknown reason";
}

}  // namespace drydock
