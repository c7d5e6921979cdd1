#pragma once
// The check-in and its answer. A check-in is level-triggered: it always states the whole truth, so
// a lost one never matters. The answer states what still stands, so a lost one never matters
// either.
#include <vector>

#include "messages/envelope.hpp"
#include "messages/grant.hpp"
#include "messages/report.hpp"

namespace drydock {

enum class UpdatePhase : std::uint8_t {
  idle = 0,
  installing = 1,
  staged = 2,  // the standby slot holds the release, read back; boot state untouched
  armed = 3,   // token used, reboot asked for
  trial = 4,   // running the trial slot, not yet committed
};
constexpr std::string_view name_of(UpdatePhase phase) {
  constexpr std::array<std::string_view, 5> names = {"idle", "installing", "staged", "armed",
                                                     "trial"};
  return static_cast<std::size_t>(phase) < names.size() ? names[static_cast<std::size_t>(phase)]
                                                        : "unknown";
}

// What an appliance knows of itself, without its reports.
struct Facts {
  static constexpr const char* name = "Facts";
  ApplianceId appliance;
  ClientId client;
  SiteId site_claim;  // SITE_ID as the box believes it; the registry owns the truth
  HardwareId hardware;
  BootId boot;
  std::uint32_t serial = 0;  // counts check-ins of this boot; the answer repeats it
  Slot active = Slot::none;
  UpdatePhase phase = UpdatePhase::idle;
  bool wants_token = false;  // staged, and the maintenance window is open
  bool tokenless = false;  // staged, and no token for it was ever followed; false also: not stated
  Version running;
  Version staged;  // what the standby slot holds, if staged
  RolloutId rollout;
  UpdateId update;
  OrderNumber order_floor;  // the highest order accepted
  Epoch epoch_seen;  // the highest heard; 0: this process has heard no mark of its reports yet
  WallTime wall;
  WallTrust wall_trust = WallTrust::unset;
  WallTime window_opens;  // staged, and its own window is closed: when it opens; 0: open, unknown
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &Facts::appliance),
                      field<2>("client", &Facts::client),
                      field<3>("site_claim", &Facts::site_claim),
                      field<4>("hardware", &Facts::hardware),
                      field<5>("boot", &Facts::boot),
                      field<6>("serial", &Facts::serial),
                      field<7>("active", &Facts::active),
                      field<8>("phase", &Facts::phase),
                      field<9>("wants_token", &Facts::wants_token),
                      field<10>("running", &Facts::running),
                      field<11>("staged", &Facts::staged),
                      field<12>("rollout", &Facts::rollout),
                      field<13>("update", &Facts::update),
                      field<14>("order_floor", &Facts::order_floor),
                      field<15>("epoch_seen", &Facts::epoch_seen),
                      field<16>("wall", &Facts::wall),
                      field<17>("wall_trust", &Facts::wall_trust),
                      field<18>("window_opens", &Facts::window_opens),
                      field<19>("tokenless", &Facts::tokenless)};
  }
  friend bool operator==(const Facts&, const Facts&) = default;
};

inline constexpr std::size_t reports_per_check_in_max = 4;
using Reports = List<Report, reports_per_check_in_max>;

struct CheckIn {
  static constexpr const char* name = "CheckIn";
  Facts facts;
  std::uint64_t journal_head = 0;  // newest record of the appliance's journal
  Reports reports;                 // the oldest not yet acknowledged, in order
  static constexpr auto fields() {
    return std::tuple{field<1>("facts", &CheckIn::facts),
                      field<2>("journal_head", &CheckIn::journal_head),
                      field<3>("reports", &CheckIn::reports)};
  }
  friend bool operator==(const CheckIn&, const CheckIn&) = default;
};

// Why an appliance gets nothing now. `a` and `b` are the reason's parameters, named beside it.
enum class WaitReason : std::uint8_t {
  none = 0,
  up_to_date = 1,  // a: version
  no_rollout = 2,
  site_mismatch = 3,   // a: the site the registry knows
  not_active = 4,      // a: lifecycle
  ramp = 5,            // a: in flight, b: allowed now
  site_busy = 6,       // a: in flight at the site, b: allowed at once
  halted = 7,          // a: rollout, b: failures
  paused = 8,          // a: rollout
  failed_before = 9,   // a: rollout
  hardware = 10,       // a: the rollout's hardware
  newer_already = 11,  // a: version running
  window = 12,         // a: opens at, wall milliseconds, if known
  in_progress = 13,    // a: the standing order
  deciding = 14,       // a decision is on its way
  busy = 15,           // the centre has too much in flight; try again
  unknown_appliance = 16,
  not_selected = 17,   // a: a rollout that is for other sites
  held = 18,           // a: rollout; a person must resume it
  not_tried_yet = 19,  // the appliance has not checked in since this rollout started
  clock_unset = 20,    // a grant that expires means nothing to it
  exposure = 21,       // staged; a: exposed now, b: allowed now
  cap = 22,            // a: exposed in all, b: the cap until the release is accepted
  turn = 23,           // a: its place in the order, b: places that are served now; of the fleet
  part_halted = 24,    // a: rollout, b: its hardware model or class of sites: too many failed
  graph = 25,          // a: the version it must run first
  dead_end = 26,       // a: the version it runs, from which no release can be reached
  expired = 27,        // a: rollout; its lifetime is over
  download_only = 28,  // a: rollout; staged, and no token is given
  quarantined = 29,    // a: updates in a row that ended badly; a retry lets it try again
  approval = 30,       // a: rollout; a second person must approve it before it may start
  not_started = 31,    // a: rollout; created, and a person must start it
  fleet_busy = 32,     // a: in flight over all rollouts, b: allowed at once
  bandwidth = 33,      // a: downloading, b: allowed at once
  pausing = 34,        // a: seconds until it is offered the release again, b: failed offers so far
};

struct Wait {
  static constexpr const char* name = "Wait";
  WaitReason reason = WaitReason::none;
  std::uint64_t a = 0, b = 0;
  static constexpr auto fields() {
    return std::tuple{field<1>("reason", &Wait::reason), field<2>("a", &Wait::a),
                      field<3>("b", &Wait::b)};
  }
  friend bool operator==(const Wait&, const Wait&) = default;
};
// These answers come from who does not know what has been delivered.
constexpr bool tells_no_mark(WaitReason reason) {
  return reason == WaitReason::busy || reason == WaitReason::unknown_appliance ||
         reason == WaitReason::not_active || reason == WaitReason::site_mismatch;
}
// One sentence for a person: "6 installs are in flight, 6 are allowed until more have committed".
std::string name_of(const Wait& wait);
std::string utc_text(WallTime wall);  // "2026-11-27 02:00 UTC"

// The answer as machines speak of it.
struct Answer {
  static constexpr const char* name = "Answer";
  ApplianceId appliance;
  std::uint32_t serial = 0;  // of the check-in it answers
  Epoch epoch;
  Duration next_poll;         // 0: as the appliance wishes
  ReportSeq reports_through;  // every report up to this one is durable at the centre
  UpdateId standing;          // the update the centre still stands behind; 0: none
  Wait wait;
  Grant grant;  // kind none: no new order
  WallTime centre_wall;
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &Answer::appliance),
                      field<2>("serial", &Answer::serial),
                      field<3>("epoch", &Answer::epoch),
                      field<4>("next_poll", &Answer::next_poll),
                      field<5>("reports_through", &Answer::reports_through),
                      field<6>("standing", &Answer::standing),
                      field<7>("wait", &Answer::wait),
                      field<8>("grant", &Answer::grant),
                      field<9>("centre_wall", &Answer::centre_wall)};
  }
  friend bool operator==(const Answer&, const Answer&) = default;
};

// The answer as it travels: the grant signed, so that it is believed for its signature alone.
struct SignedAnswer {
  static constexpr const char* name = "SignedAnswer";
  Answer answer;                  // its grant is empty here
  std::optional<Envelope> order;  // the signed grant
  static constexpr auto fields() {
    return std::tuple{field<1>("answer", &SignedAnswer::answer),
                      field<2>("order", &SignedAnswer::order)};
  }
  friend bool operator==(const SignedAnswer&, const SignedAnswer&) = default;
};

}  // namespace drydock
