#pragma once
// The scheduler: when to check in, which orders to follow, when the box may reboot.
// It is the gate for acting: nothing writes a slot or reboots around it.
#include "actors/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock {

struct Scheduler {
  static constexpr const char* name = "scheduler";
  static constexpr std::uint32_t id = 1;
  static constexpr std::uint32_t logic_version = 5;
  static constexpr bool durable = true;

  // Bounds. Doubling the poll wish six times is enough to take load off a sick centre.
  static constexpr int backoff_doublings_max = 6;
  static constexpr Duration backoff_max = minutes(30);
  static constexpr Duration poll_min = seconds(1);  // whatever is wished or asked for
  static constexpr Duration poll_max = hours(24);
  static constexpr Duration poll_soon = seconds(15);        // when something is known to be due
  static constexpr Duration answer_patience = seconds(60);  // no answer by then: ask again
  static constexpr Duration reboot_patience = minutes(5);   // armed and still here: disarm

  // The window the box is in or waits for. closes == 0: none known, which means closed.
  struct WindowResolved {
    static constexpr const char* name = "WindowResolved";
    WallTime opens, closes;
    bool always = false;  // no window is configured
    static constexpr auto fields() {
      return std::tuple{field<1>("opens", &WindowResolved::opens),
                        field<2>("closes", &WindowResolved::closes),
                        field<3>("always", &WindowResolved::always)};
    }
    friend bool operator==(const WindowResolved&, const WindowResolved&) = default;
  };
  using Event = std::variant<Restarted, TimerFired, CheckInAnswered, CheckInFailed, WindowResolved,
                             ClockStepped, Staged, InstallFailed, TrialArmed, ArmRefused, Committed,
                             RolledBack, FailedLate, AttemptOver, ReturnDue, ReturnArmed>;

  struct ResolveWindow {  // which window comes next (or is open) at this wall time?
    static constexpr const char* name = "ResolveWindow";
    WallTime at;
    static constexpr auto fields() { return std::tuple{field<1>("at", &ResolveWindow::at)}; }
    friend bool operator==(const ResolveWindow&, const ResolveWindow&) = default;
  };
  struct ArmTrial {  // root-helper verifies the same signed grant again
    static constexpr const char* name = "ArmTrial";
    Grant grant;
    static constexpr auto fields() { return std::tuple{field<1>("grant", &ArmTrial::grant)}; }
    friend bool operator==(const ArmTrial&, const ArmTrial&) = default;
  };
  struct DisarmTrial {
    static constexpr const char* name = "DisarmTrial";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &DisarmTrial::update)}; }
    friend bool operator==(const DisarmTrial&, const DisarmTrial&) = default;
  };
  struct ArmReturn {  // to the slot before this update; root-helper permits it once
    static constexpr const char* name = "ArmReturn";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &ArmReturn::update)}; }
    friend bool operator==(const ArmReturn&, const ArmReturn&) = default;
  };
  struct Reboot {
    static constexpr const char* name = "Reboot";
    UpdateId update;
    static constexpr auto fields() { return std::tuple{field<1>("update", &Reboot::update)}; }
    friend bool operator==(const Reboot&, const Reboot&) = default;
  };
  using Effect = std::variant<ArmTimer, CheckInDue, InstallOrdered, InstallCancelled, OrderDenied,
                              ResolveWindow, ArmTrial, DisarmTrial, Reboot, TrialWithdrawn,
                              CentreReached, ArmReturn>;

  // What lasts only as long as the process: a poll that brings nothing new leaves no trace.
  struct Passing {
    std::uint32_t serial = 0;   // of the newest check-in of this process
    std::uint8_t failures = 0;  // check-ins in a row without an answer
    bool asking = false;        // a check-in is on its way
    bool reached = false;       // the centre has answered this process
    bool marked = false;        // and said which reports it has
    static constexpr auto fields() {
      return std::tuple{
          field<1>("serial", &Passing::serial), field<2>("failures", &Passing::failures),
          field<3>("asking", &Passing::asking), field<4>("reached", &Passing::reached),
          field<5>("marked", &Passing::marked)};
    }
    friend bool operator==(const Passing&, const Passing&) = default;
  };

  enum class Timer : std::uint8_t { poll = 1, window = 2, reboot = 3 };
  enum class Phase : std::uint8_t { idle, installing, staged, arming, armed, trial };

  struct State {
    ApplianceId self;
    BootId boot;
    Version running, staged;
    UpdateId update;
    OrderNumber floor;  // no order at or below this is new
    Epoch epoch;
    WallTime window_opens, window_closes;
    Span poll_wish;
    RolloutId rollout;
    Passing passing;
    std::uint32_t window_generation = 0;
    std::uint32_t reboot_generation = 0;
    Slot active = Slot::none;
    Phase phase = Phase::idle;
    bool following = false;  // the order numbered `floor`
    bool always_open = false;
    bool on_trial = false;   // this boot runs the trial slot
    bool tokenless = false;  // of this update no token was ever followed
    static constexpr auto fields() {
      return std::tuple{field<1>("self", &State::self),
                        field<2>("boot", &State::boot),
                        field<3>("running", &State::running),
                        field<4>("staged", &State::staged),
                        field<5>("update", &State::update),
                        field<6>("floor", &State::floor),
                        field<8>("epoch", &State::epoch),
                        field<9>("window_opens", &State::window_opens),
                        field<10>("window_closes", &State::window_closes),
                        field<12>("poll_wish", &State::poll_wish),
                        field<13>("rollout", &State::rollout),
                        field<16>("window_generation", &State::window_generation),
                        field<17>("reboot_generation", &State::reboot_generation),
                        field<19>("active", &State::active),
                        field<20>("phase", &State::phase),
                        field<22>("always_open", &State::always_open),
                        field<23>("on_trial", &State::on_trial),
                        field<24>("following", &State::following),
                        field<25>("tokenless", &State::tokenless)};
    }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  // Asking again needs no record: a check-in states the whole truth whenever it is made.
  static bool only_answers(const Effect& effect) noexcept {
    return std::holds_alternative<CheckInDue>(effect) ||
           std::holds_alternative<CentreReached>(effect) ||  // said again by every process
           std::holds_alternative<ArmTimer>(effect);
  }
};

}  // namespace drydock
