#pragma once
// The reporter: numbers what the appliance has to say, keeps it until the centre has it, and posts
// every check-in with the oldest unacknowledged reports. Reports themselves lie in the durable
// outbox.
#include "actors/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock {

struct Reporter {
  static constexpr const char* name = "reporter";
  static constexpr std::uint32_t id = 4;
  static constexpr std::uint32_t logic_version = 4;
  static constexpr bool durable = true;

  // Reports kept, delivered or not; the oldest go first. A box makes a few an update, so this is
  // months of them, and a restored centre can ask again for what it has not.
  static constexpr std::uint32_t kept_max = 256;

  static constexpr ReportSeq seq_max{0xFFFF0000};  // a mark above this is nonsense and is ignored

  using Event = std::variant<Restarted, CheckInDue, CheckInAnswered, Staged, InstallFailed,
                             TrialArmed, ArmRefused, Committed, RolledBack, FailedLate, OrderDenied,
                             DriftNoted, JournalLost>;

  struct KeepReport {  // into the durable outbox, in the same write as this turn
    static constexpr const char* name = "KeepReport";
    Report report;
    static constexpr auto fields() { return std::tuple{field<1>("report", &KeepReport::report)}; }
    friend bool operator==(const KeepReport&, const KeepReport&) = default;
  };
  struct DropReports {  // by retention only, never by an acknowledgement
    static constexpr const char* name = "DropReports";
    ReportSeq through;
    static constexpr auto fields() {
      return std::tuple{field<1>("through", &DropReports::through)};
    }
    friend bool operator==(const DropReports&, const DropReports&) = default;
  };
  struct PostCheckIn {  // with reports [from, from + count) out of the outbox
    static constexpr const char* name = "PostCheckIn";
    Facts facts;
    ReportSeq from;
    std::uint32_t count = 0;
    static constexpr auto fields() {
      return std::tuple{field<1>("facts", &PostCheckIn::facts),
                        field<2>("from", &PostCheckIn::from),
                        field<3>("count", &PostCheckIn::count)};
    }
    friend bool operator==(const PostCheckIn&, const PostCheckIn&) = default;
  };
  using Effect = std::variant<KeepReport, DropReports, PostCheckIn>;

  struct State {
    BootId boot;
    UpdateId update;                        // the newest update reported on
    ReportSeq newest;                       // 0: none yet
    ReportSeq oldest{1};                    // the first still kept
    ReportSeq acknowledged;                 // durable at the centre up to here
    std::uint16_t said = 0;                 // of `update`: bit by ReportKind, what was reported
    std::uint16_t undelivered_dropped = 0;  // stops counting at the end
    static constexpr auto fields() {
      return std::tuple{field<1>("boot", &State::boot),
                        field<2>("newest", &State::newest),
                        field<3>("oldest", &State::oldest),
                        field<4>("acknowledged", &State::acknowledged),
                        field<5>("undelivered_dropped", &State::undelivered_dropped),
                        field<6>("update", &State::update),
                        field<7>("said", &State::said)};
    }
    friend bool operator==(const State&, const State&) = default;
  };
  using Store = State;

  static void step(State&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  // A check-in with nothing new to say changes no row and needs no record.
  static bool only_answers(const Effect& effect) noexcept {
    return std::holds_alternative<PostCheckIn>(effect);
  }
};

}  // namespace drydock
