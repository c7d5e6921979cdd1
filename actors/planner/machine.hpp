#pragma once
// The planner: who may install, who may reboot, and when a rollout stops. It is the gate for
// permission. It decides in two halves: what it wants goes out as Propose, and only Decided, which
// comes back from the decision log, changes rollouts, grants, tokens and evidence.
#include "actors/machine.hpp"
#include "actors/planner/rows.hpp"
#include "messages/appliance.hpp"

namespace drydock {

struct Planner {
  static constexpr const char* name = "planner";
  static constexpr std::uint32_t id = 17;
  static constexpr std::uint32_t logic_version = 7;
  static constexpr bool durable = true;

  static constexpr std::uint32_t rollouts_max = 64;     // kept for good; later ones are refused
  static constexpr std::uint32_t proposals_max = 1024;  // on their way through the decision log
  static constexpr Duration sweep_interval = seconds(5);
  static constexpr std::uint32_t sweep_proposals_max = 8;  // a sweep; the next one goes on
  // After a start nobody counts as silent yet: an appliance that had missed the centre comes back
  // within Scheduler::backoff_max, and then has to tell.
  static constexpr Duration start_grace = minutes(35);
  static constexpr std::uint8_t lapses_max = 5;        // then the appliance is left to a person
  static constexpr Duration first_pause = minutes(1);  // after an offer that came to nothing
  static constexpr unsigned pause_growth = 4;          // times the one before: over an hour in all
  static constexpr std::uint32_t asked_max = 16;       // acts of operators on their way
  // While there is room and nobody takes it, the places served in the order double so often.
  static constexpr Duration order_patience = seconds(10);
  static constexpr Duration spread_patience = minutes(5);  // for a canary of every model

  struct RolloutAsked {
    static constexpr const char* name = "RolloutAsked";
    RequestId request;
    RolloutSpec spec;
    Text<32> by;
    Text<80> why;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &RolloutAsked::request),
                        field<2>("spec", &RolloutAsked::spec), field<3>("by", &RolloutAsked::by),
                        field<4>("why", &RolloutAsked::why)};
    }
    friend bool operator==(const RolloutAsked&, const RolloutAsked&) = default;
  };
  struct MoveAsked {
    static constexpr const char* name = "MoveAsked";
    RequestId request;
    RolloutMoved move;
    Text<32> by;
    Text<80> why;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &MoveAsked::request),
                        field<2>("move", &MoveAsked::move), field<3>("by", &MoveAsked::by),
                        field<4>("why", &MoveAsked::why)};
    }
    friend bool operator==(const MoveAsked&, const MoveAsked&) = default;
  };
  struct ReleaseAsked {  // a person takes an appliance's order back
    static constexpr const char* name = "ReleaseAsked";
    RequestId request;
    ApplianceId appliance;
    Text<32> by;
    Text<80> why;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &ReleaseAsked::request),
                        field<2>("appliance", &ReleaseAsked::appliance),
                        field<3>("by", &ReleaseAsked::by), field<4>("why", &ReleaseAsked::why)};
    }
    friend bool operator==(const ReleaseAsked&, const ReleaseAsked&) = default;
  };
  struct DescribeAsked {  // a person says what a site is
    static constexpr const char* name = "DescribeAsked";
    RequestId request;
    SiteDescribed site;
    Text<32> by;
    Text<80> why;
    static constexpr auto fields() {
      return std::tuple{field<1>("request", &DescribeAsked::request),
                        field<2>("site", &DescribeAsked::site), field<3>("by", &DescribeAsked::by),
                        field<4>("why", &DescribeAsked::why)};
    }
    friend bool operator==(const DescribeAsked&, const DescribeAsked&) = default;
  };
  struct CalendarResolved {  // by the shell: a rollout's calendar for the time to come
    static constexpr const char* name = "CalendarResolved";
    RolloutId rollout;
    ResolvedCalendar calendar;
    static constexpr auto fields() {
      return std::tuple{field<1>("rollout", &CalendarResolved::rollout),
                        field<2>("calendar", &CalendarResolved::calendar)};
    }
    friend bool operator==(const CalendarResolved&, const CalendarResolved&) = default;
  };
  struct Decided {
    static constexpr const char* name = "Decided";
    Position position;
    Decision decision;
    static constexpr auto fields() {
      return std::tuple{field<1>("position", &Decided::position),
                        field<2>("decision", &Decided::decision)};
    }
    friend bool operator==(const Decided&, const Decided&) = default;
  };
  // Lost to another proposer, or unknown: then, should it have been taken after all, the log
  // delivers it as Decided later.
  struct NotDecided {
    static constexpr const char* name = "NotDecided";
    Decision decision;
    static constexpr auto fields() {
      return std::tuple{field<1>("decision", &NotDecided::decision)};
    }
    friend bool operator==(const NotDecided&, const NotDecided&) = default;
  };
  using Event = std::variant<CentreStarted, ApplianceSeen, RolloutAsked, MoveAsked, Decided,
                             NotDecided, TimerFired, ReleaseAsked, CalendarResolved, DescribeAsked>;

  struct Propose {
    static constexpr const char* name = "Propose";
    Decision decision;
    static constexpr auto fields() { return std::tuple{field<1>("decision", &Propose::decision)}; }
    friend bool operator==(const Propose&, const Propose&) = default;
  };
  using Effect = std::variant<Propose, AnswerReady, OperatorAnswered, ArmTimer>;

  struct Head {
    Epoch epoch{1};
    Position decided;                   // the last decision applied
    std::uint64_t proposals = 0;        // made so far: numbers them
    std::uint64_t foreign = 0;          // proposals up to this one were made by an earlier process
    Instant silent_from;                // before this, silence is our own fault
    std::uint32_t proposing = 0;        // on their way
    std::uint32_t generation = 0;       // of the sweep timer
    std::uint32_t sweep_at = 0;         // the appliance row the next sweep begins with
    Instant next_deadline;              // nothing is overdue before it
    std::uint32_t counted = 0;          // appliances known when fleets were last counted
    List<ProposalId, asked_max> asked;  // on their way, and about no single appliance
    bool prioritised = false;           // some rollout has a priority
    static constexpr auto fields() {
      return std::tuple{field<1>("epoch", &Head::epoch),
                        field<2>("decided", &Head::decided),
                        field<3>("proposals", &Head::proposals),
                        field<4>("silent_from", &Head::silent_from),
                        field<5>("proposing", &Head::proposing),
                        field<6>("generation", &Head::generation),
                        field<7>("sweep_at", &Head::sweep_at),
                        field<8>("foreign", &Head::foreign),
                        field<9>("next_deadline", &Head::next_deadline),
                        field<10>("counted", &Head::counted),
                        field<11>("asked", &Head::asked),
                        field<12>("prioritised", &Head::prioritised)};
    }
    friend bool operator==(const Head&, const Head&) = default;
  };
  struct Store {
    Head head;
    Table<ApplianceId, planner::Appliance> appliances;
    Table<SiteId, planner::Site> sites;
    Table<RolloutId, planner::Rollout> rollouts;  // in the order of their ids: 1, 2, 3, ...
    Table<planner::StratumId, planner::Stratum> strata;
    Table<RolloutId, ResolvedCalendar> calendars;  // of the rollouts that have one
    Table<SiteId, planner::SiteTraits> traits;     // of the sites that were described
    Table<planner::CrossingId, planner::Verdicts> crossings;
    template <class Visit>
    void for_each_table(Visit&& visit) {
      visit(std::uint32_t{1}, appliances);
      visit(std::uint32_t{2}, sites);
      visit(std::uint32_t{3}, rollouts);
      visit(std::uint32_t{4}, strata);
      visit(std::uint32_t{5}, calendars);
      visit(std::uint32_t{6}, traits);
      visit(std::uint32_t{7}, crossings);
    }
    template <class Visit>
    void for_each_table(Visit&& visit) const {
      visit(std::uint32_t{1}, appliances);
      visit(std::uint32_t{2}, sites);
      visit(std::uint32_t{3}, rollouts);
      visit(std::uint32_t{4}, strata);
      visit(std::uint32_t{5}, calendars);
      visit(std::uint32_t{6}, traits);
      visit(std::uint32_t{7}, crossings);
    }
  };

  static void step(Store&, const Event&, const Turn&, Outbox<Effect>&) noexcept;
  static bool only_answers(const Effect& effect) noexcept {
    return std::holds_alternative<AnswerReady>(effect) || std::holds_alternative<ArmTimer>(effect);
  }

  // Why this appliance gets nothing new now; reason none: the next check-in gets something.
  // `rollout` is set to the one that governs it, 0 if none does. Changes nothing.
  // The order of a release opens up with time; without one, as if room had just come.
  static Wait why(const Store&, std::uint32_t row, RolloutId& rollout, const Turn& now) noexcept;
  static Wait why(const Store&, const planner::Appliance&, RolloutId& rollout) noexcept;
  // Appliances seen that the rollout is for, whatever their stage.
  static std::uint32_t targets(const Store&, RolloutId) noexcept;
};

}  // namespace drydock
