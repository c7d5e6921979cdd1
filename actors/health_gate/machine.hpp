#pragma once
// The health gate: does this boot prove itself? One machine in two hosts:
// `health-gate --verify` at boot runs the checks and writes the verdict to gate.log;
// the agent's actor imports that log, commits when the agent is ready too, and watches the soak.
// Only local facts decide; an unreachable centre never fails an attempt. A release that was
// committed and then does not reach the centre for `return_after` is left for the previous one:
// that return is a trial too, and is committed only when the centre was reached from there.
#include "actors/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock {

enum class CheckOutcome : std::uint8_t { unknown = 0, pass = 1, fail = 2 };

// What a record of gate.log says happened.
enum class GateVerdict : std::uint8_t {
  unknown = 0,
  passed = 1,
  failed = 2,     // this attempt; another follows
  fell_back = 3,  // no attempt is left, or the firmware came back to the good slot
  excused = 4,    // a person stopped this attempt: its try is given back
};
constexpr std::string_view name_of(GateVerdict verdict) {
  constexpr std::array<std::string_view, 5> names = {"unknown", "passed", "failed", "fell_back",
                                                     "excused"};
  return static_cast<std::size_t>(verdict) < names.size() ? names[static_cast<std::size_t>(verdict)]
                                                          : "unknown";
}

struct HealthGate {
  static constexpr const char* name = "health_gate";
  static constexpr std::uint32_t id = 3;
  static constexpr std::uint32_t logic_version = 3;
  static constexpr bool durable = true;

  static constexpr std::uint8_t checks_max = 64;
  static constexpr std::uint8_t attempts_max = 3;           // boots of a trial, counted by GRUB
  static constexpr std::uint8_t excuses_max = 3;            // of one update
  static constexpr Duration verify_patience = minutes(10);  // for all checks of one attempt
  static constexpr Duration commit_retry = seconds(2);
  static constexpr std::uint8_t commit_tries_max = 30;
  static constexpr Duration commit_patience = minutes(1);  // a commit under way at the deadline
  static constexpr Duration reboot_patience = minutes(5);  // the attempt is over and still here
  static constexpr Duration return_retry = minutes(15);    // a return that did not come about

  // --- at boot -----------------------------------------------------------------------------
  struct BootObserved {
    static constexpr const char* name = "BootObserved";
    BootId boot;
    Slot active = Slot::none, good = Slot::none, trial = Slot::none;
    UpdateId update;              // of the trial
    std::uint8_t tries_left = 0;  // after this boot was counted
    std::uint8_t checks = 0;
    std::uint64_t required = 0;  // bit i: check i is required
    static constexpr auto fields() {
      return std::tuple{field<1>("boot", &BootObserved::boot),
                        field<2>("active", &BootObserved::active),
                        field<3>("good", &BootObserved::good),
                        field<4>("trial", &BootObserved::trial),
                        field<5>("update", &BootObserved::update),
                        field<6>("tries_left", &BootObserved::tries_left),
                        field<7>("checks", &BootObserved::checks),
                        field<8>("required", &BootObserved::required)};
    }
    friend bool operator==(const BootObserved&, const BootObserved&) = default;
  };
  // The system is going down in an orderly way.
  struct StopObserved {
    static constexpr const char* name = "StopObserved";
    BootId boot;
    Slot active = Slot::none, trial = Slot::none;
    UpdateId update;                             // of the trial
    std::uint8_t tries_left = 0;                 // after this boot was counted
    std::uint8_t excuses = 0;                    // given to this update before
    GateVerdict verdict = GateVerdict::unknown;  // of this boot
    Duration since_boot, boot_deadline;
    static constexpr auto fields() {
      return std::tuple{field<1>("boot", &StopObserved::boot),
                        field<2>("active", &StopObserved::active),
                        field<3>("trial", &StopObserved::trial),
                        field<4>("update", &StopObserved::update),
                        field<5>("tries_left", &StopObserved::tries_left),
                        field<6>("excuses", &StopObserved::excuses),
                        field<7>("verdict", &StopObserved::verdict),
                        field<8>("since_boot", &StopObserved::since_boot),
                        field<9>("boot_deadline", &StopObserved::boot_deadline)};
    }
    friend bool operator==(const StopObserved&, const StopObserved&) = default;
  };
  struct CheckFinished {
    static constexpr const char* name = "CheckFinished";
    std::uint8_t index = 0;
    CheckOutcome outcome = CheckOutcome::unknown;
    static constexpr auto fields() {
      return std::tuple{field<1>("index", &CheckFinished::index),
                        field<2>("outcome", &CheckFinished::outcome)};
    }
    friend bool operator==(const CheckFinished&, const CheckFinished&) = default;
  };
  // --- in the agent --------------------------------------------------------------------------
  struct GateLogRead {  // one record, in sequence
    static constexpr const char* name = "GateLogRead";
    std::uint32_t seq = 0;
    BootId boot;
    UpdateId update;
    GateVerdict verdict = GateVerdict::unknown;
    std::uint8_t attempt = 0;
    Reason reason = Reason::none;
    Text<40> detail;
    static constexpr auto fields() {
      return std::tuple{
          field<1>("seq", &GateLogRead::seq),         field<2>("boot", &GateLogRead::boot),
          field<3>("update", &GateLogRead::update),   field<4>("verdict", &GateLogRead::verdict),
          field<5>("attempt", &GateLogRead::attempt), field<6>("reason", &GateLogRead::reason),
          field<7>("detail", &GateLogRead::detail)};
    }
    friend bool operator==(const GateLogRead&, const GateLogRead&) = default;
  };
  struct GateLogEnded {
    static constexpr const char* name = "GateLogEnded";
    std::uint32_t head = 0;  // sequence of the newest readable record
    static constexpr auto fields() { return std::tuple{field<1>("head", &GateLogEnded::head)}; }
    friend bool operator==(const GateLogEnded&, const GateLogEnded&) = default;
  };
  struct AgentReady {  // configuration, journal, keys, root-helper, link and route, in this boot
    static constexpr const char* name = "AgentReady";
    BootId boot;
    static constexpr auto fields() { return std::tuple{field<1>("boot", &AgentReady::boot)}; }
    friend bool operator==(const AgentReady&, const AgentReady&) = default;
  };
  struct CommitEnded {
    static constexpr const char* name = "CommitEnded";
    UpdateId update;
    Reason reason = Reason::none;  // none: the running slot is marked good
    static constexpr auto fields() {
      return std::tuple{field<1>("update", &CommitEnded::update),
                        field<2>("reason", &CommitEnded::reason)};
    }
    friend bool operator==(const CommitEnded&, const CommitEnded&) = default;
  };
  struct LimitsSet {  // of this boot, by configuration; told after every Restarted
    static constexpr const char* name = "LimitsSet";
    Duration since_boot;     // so old is this boot
    Duration boot_deadline;  // from boot to the commit
    Duration return_after;   // from an agent's start to the centre's first answer
    static constexpr auto fields() {
      return std::tuple{field<1>("since_boot", &LimitsSet::since_boot),
                        field<2>("boot_deadline", &LimitsSet::boot_deadline),
                        field<3>("return_after", &LimitsSet::return_after)};
    }
    friend bool operator==(const LimitsSet&, const LimitsSet&) = default;
  };
  using Event = std::variant<BootObserved, CheckFinished, TimerFired, Restarted, TrialArmed,
                             GateLogRead, GateLogEnded, AgentReady, CommitEnded, TrialWithdrawn,
                             LimitsSet, CentreReached, ReturnRefused, StopObserved>;

  struct RunCheck {
    static constexpr const char* name = "RunCheck";
    std::uint8_t index = 0;
    static constexpr auto fields() { return std::tuple{field<1>("index", &RunCheck::index)}; }
    friend bool operator==(const RunCheck&, const RunCheck&) = default;
  };
  struct RecordVerdict {  // one durable record in gate.log, before anything follows from it
    static constexpr const char* name = "RecordVerdict";
    GateVerdict verdict = GateVerdict::unknown;
    UpdateId update;
    std::uint8_t attempt = 0;
    Reason reason = Reason::none;
    std::uint8_t check = 0xFF;  // the check that decided; 0xFF: none
    static constexpr auto fields() {
      return std::tuple{
          field<1>("verdict", &RecordVerdict::verdict), field<2>("update", &RecordVerdict::update),
          field<3>("attempt", &RecordVerdict::attempt), field<4>("reason", &RecordVerdict::reason),
          field<5>("check", &RecordVerdict::check)};
    }
    friend bool operator==(const RecordVerdict&, const RecordVerdict&) = default;
  };
  struct FallBack {  // end the trial in the boot state: the good slot boots next
    static constexpr const char* name = "FallBack";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &FallBack::update)}; }
    friend bool operator==(const FallBack&, const FallBack&) = default;
  };
  struct GiveBackTry {  // one more than GRUB's counter says
    static constexpr const char* name = "GiveBackTry";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &GiveBackTry::update)}; }
    friend bool operator==(const GiveBackTry&, const GiveBackTry&) = default;
  };
  struct Conclude {  // health-gate --verify ends with this status
    static constexpr const char* name = "Conclude";
    std::uint8_t status = 1;  // 0 healthy or nothing pending, 1 failed and will retry, 2 fell back
    static constexpr auto fields() { return std::tuple{field<1>("status", &Conclude::status)}; }
    friend bool operator==(const Conclude&, const Conclude&) = default;
  };
  struct ReadGateLog {
    static constexpr const char* name = "ReadGateLog";
    std::uint32_t from = 0;
    static constexpr auto fields() { return std::tuple{field<1>("from", &ReadGateLog::from)}; }
    friend bool operator==(const ReadGateLog&, const ReadGateLog&) = default;
  };
  struct CommitSlot {  // root-helper checks the verdict of this boot itself
    static constexpr const char* name = "CommitSlot";
    BootId boot;
    UpdateId update;
    static constexpr auto fields() {
      return std::tuple{field<1>("boot", &CommitSlot::boot),
                        field<2>("update", &CommitSlot::update)};
    }
    friend bool operator==(const CommitSlot&, const CommitSlot&) = default;
  };
  using Effect =
      std::variant<RunCheck, ArmTimer, RecordVerdict, FallBack, Conclude, ReadGateLog, CommitSlot,
                   Committed, RolledBack, FailedLate, AttemptOver, ReturnDue, GiveBackTry>;
  // All checks of an attempt are asked for in one turn.
  using Out = Outbox<Effect, checks_max + 8>;

  enum class Timer : std::uint8_t { verify = 1, commit = 2, soak = 3, deadline = 4, reach = 5 };
  enum class Phase : std::uint8_t {
    idle,
    verifying,  // at boot: checks run
    concluded,  // at boot: the verdict is written
    armed,      // in the agent: a trial is armed, its boot not seen yet
    passed,     // the gate passed in this boot; the agent is not ready yet
    committing,
    soaking,
    soak_checking,
    rolled_back,  // told, and told again after a restart until another trial is armed
    failed_late,  // likewise
    unreached,    // healthy to the end of the soak, but the centre has not been reached yet
  };
  struct State {
    BootId boot;                // this boot
    UpdateId update;            // armed, on trial, in its soak, or left by a return
    Version version;            // of this update
    std::uint64_t pending = 0;  // bit i: check i has not finished
    std::uint64_t required = 0;
    RolloutId rollout;
    Span soak;
    std::uint32_t log_seq = 0;  // gate.log is imported up to here
    std::uint32_t generation = 0;
    // The centre should be reached by then, in seconds of `up`. 0: it was, or nobody waits for it.
    std::uint32_t reach_by_s = 0;
    std::uint8_t attempt = 0;         // attempts_max: no try is left
    std::uint8_t passed_attempt = 0;  // the newest one that passed its gate
    std::uint8_t checks = 0;
    std::uint8_t failed_check = 0xFF;
    std::uint8_t commit_tries = 0;
    Reason failed_reason = Reason::none;
    Phase phase = Phase::idle;
    bool ready = false;       // the agent of this boot is ready
    bool on_trial = false;    // this boot runs the trial slot
    bool armed_here = false;  // the trial was armed in this boot
    bool on_return = false;   // what is on trial is the slot before this update
    static constexpr auto fields() {
      return std::tuple{field<1>("boot", &State::boot),
                        field<2>("update", &State::update),
                        field<3>("version", &State::version),
                        field<4>("rollout", &State::rollout),
                        field<5>("pending", &State::pending),
                        field<6>("required", &State::required),
                        field<7>("log_seq", &State::log_seq),
                        field<8>("soak", &State::soak),
                        field<9>("generation", &State::generation),
                        field<11>("attempt", &State::attempt),
                        field<12>("checks", &State::checks),
                        field<13>("failed_check", &State::failed_check),
                        field<14>("commit_tries", &State::commit_tries),
                        field<15>("failed_reason", &State::failed_reason),
                        field<16>("phase", &State::phase),
                        field<17>("ready", &State::ready),
                        field<19>("on_trial", &State::on_trial),
                        field<20>("reach_by_s", &State::reach_by_s),
                        field<21>("passed_attempt", &State::passed_attempt),
                        field<22>("armed_here", &State::armed_here),
                        field<23>("on_return", &State::on_return)};
    }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Out&) noexcept;
  static bool only_answers(const Effect&) noexcept { return false; }
};

}  // namespace drydock
