#pragma once
// What the machines of one appliance tell each other, and what their shells tell them all.
// An effect of one machine that is an event of another is delivered there (actors/routing.hpp).
#include "messages/check_in.hpp"

namespace drydock {

// First event after every start of the process: who we are, and which boot this is.
struct Restarted {
  static constexpr const char* name = "Restarted";
  ApplianceId appliance;
  BootId boot;
  Slot active = Slot::none;  // the slot that runs
  Slot trial = Slot::none;   // the slot on trial by the boot state, if any
  UpdateId trial_update;
  Version running;
  Duration poll_wish;          // POLL_INTERVAL
  Duration soak;               // how long a committed release is watched
  std::uint8_t checks = 0;     // health checks of the running slot, at most 64
  std::uint64_t required = 0;  // bit i: check i is required
  bool clean = false;          // the previous run ended on purpose
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &Restarted::appliance),
                      field<2>("boot", &Restarted::boot),
                      field<3>("active", &Restarted::active),
                      field<4>("trial", &Restarted::trial),
                      field<5>("trial_update", &Restarted::trial_update),
                      field<6>("running", &Restarted::running),
                      field<7>("poll_wish", &Restarted::poll_wish),
                      field<8>("soak", &Restarted::soak),
                      field<9>("checks", &Restarted::checks),
                      field<10>("required", &Restarted::required),
                      field<11>("clean", &Restarted::clean)};
  }
  friend bool operator==(const Restarted&, const Restarted&) = default;
};

struct TimerFired {
  static constexpr const char* name = "TimerFired";
  std::uint8_t tag = 0;
  std::uint32_t generation = 0;  // an older generation is a cancelled timer: ignored
  static constexpr auto fields() {
    return std::tuple{field<1>("tag", &TimerFired::tag),
                      field<2>("generation", &TimerFired::generation)};
  }
  friend bool operator==(const TimerFired&, const TimerFired&) = default;
};

struct ArmTimer {
  static constexpr const char* name = "ArmTimer";
  std::uint8_t tag = 0;
  std::uint32_t generation = 0;
  Duration after;
  static constexpr auto fields() {
    return std::tuple{field<1>("tag", &ArmTimer::tag),
                      field<2>("generation", &ArmTimer::generation),
                      field<3>("after", &ArmTimer::after)};
  }
  friend bool operator==(const ArmTimer&, const ArmTimer&) = default;
};

// The wall clock was set: it moved against `up` by this much.
struct ClockStepped {
  static constexpr const char* name = "ClockStepped";
  Duration by;
  static constexpr auto fields() { return std::tuple{field<1>("by", &ClockStepped::by)}; }
  friend bool operator==(const ClockStepped&, const ClockStepped&) = default;
};

// scheduler -> reporter: check in now, with these facts.
struct CheckInDue {
  static constexpr const char* name = "CheckInDue";
  Facts facts;
  static constexpr auto fields() { return std::tuple{field<1>("facts", &CheckInDue::facts)}; }
  friend bool operator==(const CheckInDue&, const CheckInDue&) = default;
};

// world -> scheduler, reporter: the centre answered; a grant in it has a verified signature.
struct CheckInAnswered {
  static constexpr const char* name = "CheckInAnswered";
  Answer answer;
  static constexpr auto fields() {
    return std::tuple{field<1>("answer", &CheckInAnswered::answer)};
  }
  friend bool operator==(const CheckInAnswered&, const CheckInAnswered&) = default;
};

// world -> scheduler: no answer came.
struct CheckInFailed {
  static constexpr const char* name = "CheckInFailed";
  std::uint32_t serial = 0;
  static constexpr auto fields() { return std::tuple{field<1>("serial", &CheckInFailed::serial)}; }
  friend bool operator==(const CheckInFailed&, const CheckInFailed&) = default;
};

// world or scheduler -> reporter: an order came that will not be followed.
struct OrderDenied {
  static constexpr const char* name = "OrderDenied";
  OrderNumber order;
  RolloutId rollout;
  UpdateId update;
  Version version;
  Reason reason = Reason::none;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("order", &OrderDenied::order), field<2>("rollout", &OrderDenied::rollout),
        field<3>("update", &OrderDenied::update), field<4>("version", &OrderDenied::version),
        field<5>("reason", &OrderDenied::reason)};
  }
  friend bool operator==(const OrderDenied&, const OrderDenied&) = default;
};

// scheduler -> updater.
struct InstallOrdered {
  static constexpr const char* name = "InstallOrdered";
  Grant grant;
  static constexpr auto fields() { return std::tuple{field<1>("grant", &InstallOrdered::grant)}; }
  friend bool operator==(const InstallOrdered&, const InstallOrdered&) = default;
};
struct InstallCancelled {
  static constexpr const char* name = "InstallCancelled";
  UpdateId update;
  static constexpr auto fields() {
    return std::tuple{field<1>("update", &InstallCancelled::update)};
  }
  friend bool operator==(const InstallCancelled&, const InstallCancelled&) = default;
};

// What became of an update, said by its owner: the updater for the first two, the gate for the
// rest.
struct UpdateOutcome {
  RolloutId rollout;
  UpdateId update;
  Version version;
  Reason reason = Reason::none;
  std::uint8_t attempt = 0;
  Text<40> detail;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("rollout", &UpdateOutcome::rollout), field<2>("update", &UpdateOutcome::update),
        field<3>("version", &UpdateOutcome::version), field<4>("reason", &UpdateOutcome::reason),
        field<5>("attempt", &UpdateOutcome::attempt), field<6>("detail", &UpdateOutcome::detail)};
  }
  friend bool operator==(const UpdateOutcome&, const UpdateOutcome&) = default;
};
template <class Tag>
struct OutcomeOf {  // one type an outcome, so that routing can tell them apart
  static constexpr const char* name = Tag::name;
  UpdateOutcome outcome;
  static constexpr auto fields() { return std::tuple{field<1>("outcome", &OutcomeOf::outcome)}; }
  friend bool operator==(const OutcomeOf&, const OutcomeOf&) = default;
};
struct StagedTag {
  static constexpr const char* name = "Staged";
};
struct InstallFailedTag {
  static constexpr const char* name = "InstallFailed";
};
struct TrialArmedTag {
  static constexpr const char* name = "TrialArmed";
};
struct ArmRefusedTag {
  static constexpr const char* name = "ArmRefused";
};
struct CommittedTag {
  static constexpr const char* name = "Committed";
};
struct RolledBackTag {
  static constexpr const char* name = "RolledBack";
};
struct FailedLateTag {
  static constexpr const char* name = "FailedLate";
};
using Staged = OutcomeOf<StagedTag>;                // updater -> scheduler, reporter
using InstallFailed = OutcomeOf<InstallFailedTag>;  // updater -> scheduler, reporter
using TrialArmed = OutcomeOf<TrialArmedTag>;        // world -> scheduler, gate, reporter
using ArmRefused = OutcomeOf<ArmRefusedTag>;        // world -> scheduler, reporter
using Committed = OutcomeOf<CommittedTag>;          // gate -> scheduler, updater, reporter
using RolledBack = OutcomeOf<RolledBackTag>;        // gate -> scheduler, updater, reporter
using FailedLate = OutcomeOf<FailedLateTag>;        // gate -> scheduler, reporter

// scheduler -> gate: the armed trial was taken back before its boot; it is no verdict.
struct TrialWithdrawn {
  static constexpr const char* name = "TrialWithdrawn";
  UpdateId update;
  static constexpr auto fields() { return std::tuple{field<1>("update", &TrialWithdrawn::update)}; }
  friend bool operator==(const TrialWithdrawn&, const TrialWithdrawn&) = default;
};

// scheduler -> gate: the centre answered this process for the first time.
struct CentreReached {
  static constexpr const char* name = "CentreReached";
  static constexpr auto fields() { return std::tuple{}; }
  friend bool operator==(const CentreReached&, const CentreReached&) = default;
};
// gate -> scheduler: this boot of a trial has had its time.
struct AttemptOver {
  static constexpr const char* name = "AttemptOver";
  UpdateId update;  // on trial
  static constexpr auto fields() { return std::tuple{field<1>("update", &AttemptOver::update)}; }
  friend bool operator==(const AttemptOver&, const AttemptOver&) = default;
};
// gate -> scheduler: what this update committed has not reached the centre for too long.
struct ReturnDue {
  static constexpr const char* name = "ReturnDue";
  UpdateId update;
  static constexpr auto fields() { return std::tuple{field<1>("update", &ReturnDue::update)}; }
  friend bool operator==(const ReturnDue&, const ReturnDue&) = default;
};
// world -> scheduler: the previous slot is on trial.
struct ReturnArmed {
  static constexpr const char* name = "ReturnArmed";
  UpdateId update;
  static constexpr auto fields() { return std::tuple{field<1>("update", &ReturnArmed::update)}; }
  friend bool operator==(const ReturnArmed&, const ReturnArmed&) = default;
};
// world -> gate: it is not.
struct ReturnRefused {
  static constexpr const char* name = "ReturnRefused";
  UpdateId update;
  Reason reason = Reason::none;
  static constexpr auto fields() {
    return std::tuple{field<1>("update", &ReturnRefused::update),
                      field<2>("reason", &ReturnRefused::reason)};
  }
  friend bool operator==(const ReturnRefused&, const ReturnRefused&) = default;
};

enum class HostCheck : std::uint8_t { disk = 0, clock = 1, process = 2 };
inline constexpr std::size_t host_checks = 3;
constexpr std::string_view name_of(HostCheck check) {
  constexpr std::array<std::string_view, host_checks> names = {"disk", "clock", "process"};
  return static_cast<std::size_t>(check) < host_checks ? names[static_cast<std::size_t>(check)]
                                                       : "unknown";
}

// healer -> reporter.
struct DriftNoted {
  static constexpr const char* name = "DriftNoted";
  ReportKind kind = ReportKind::unknown;  // drifted, healed or escalated
  HostCheck check = HostCheck::disk;
  std::int64_t value = 0;  // as observed: permille used, clock offset ms, processes
  static constexpr auto fields() {
    return std::tuple{field<1>("kind", &DriftNoted::kind), field<2>("check", &DriftNoted::check),
                      field<3>("value", &DriftNoted::value)};
  }
  friend bool operator==(const DriftNoted&, const DriftNoted&) = default;
};

// world -> reporter: the journal was unreadable and was set aside.
struct JournalLost {
  static constexpr const char* name = "JournalLost";
  std::uint8_t lost_before = 0;
  ReportSeq floor;  // number reports from above this: the centre may know our earlier ones
  static constexpr auto fields() {
    return std::tuple{field<1>("lost_before", &JournalLost::lost_before),
                      field<2>("floor", &JournalLost::floor)};
  }
  friend bool operator==(const JournalLost&, const JournalLost&) = default;
};

}  // namespace drydock
