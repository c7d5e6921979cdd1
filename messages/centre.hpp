#pragma once
// What the machines of the centre tell each other, and what the decision log holds.
#include "messages/calendar.hpp"
#include "messages/check_in.hpp"
#include "messages/policy.hpp"

namespace drydock {

// The centre's process started. Requests of the previous one are gone.
struct CentreStarted {
  static constexpr const char* name = "CentreStarted";
  Epoch epoch_floor;  // of the decision log; the planner's epoch is never below it
  static constexpr auto fields() {
    return std::tuple{field<1>("epoch_floor", &CentreStarted::epoch_floor)};
  }
  friend bool operator==(const CentreStarted&, const CentreStarted&) = default;
};

// gateway -> registry: a check-in whose certificate names this appliance and client.
struct CheckInArrived {
  static constexpr const char* name = "CheckInArrived";
  RequestId request;
  Facts facts;
  Reports reports;
  static constexpr auto fields() {
    return std::tuple{field<1>("request", &CheckInArrived::request),
                      field<2>("facts", &CheckInArrived::facts),
                      field<3>("reports", &CheckInArrived::reports)};
  }
  friend bool operator==(const CheckInArrived&, const CheckInArrived&) = default;
};

// registry -> planner: an ACTIVE appliance at its own site, with what the registry knows of it.
struct ApplianceSeen {
  static constexpr const char* name = "ApplianceSeen";
  RequestId request;
  ClientId client;
  SiteId site;
  HardwareId hardware;
  Facts facts;
  Reports reports;
  static constexpr auto fields() {
    return std::tuple{field<1>("request", &ApplianceSeen::request),
                      field<2>("client", &ApplianceSeen::client),
                      field<3>("site", &ApplianceSeen::site),
                      field<4>("hardware", &ApplianceSeen::hardware),
                      field<5>("facts", &ApplianceSeen::facts),
                      field<6>("reports", &ApplianceSeen::reports)};
  }
  friend bool operator==(const ApplianceSeen&, const ApplianceSeen&) = default;
};

// registry, planner -> gateway.
struct AnswerReady {
  static constexpr const char* name = "AnswerReady";
  RequestId request;
  Answer answer;
  static constexpr auto fields() {
    return std::tuple{field<1>("request", &AnswerReady::request),
                      field<2>("answer", &AnswerReady::answer)};
  }
  friend bool operator==(const AnswerReady&, const AnswerReady&) = default;
};

enum class OperatorResult : std::uint8_t {
  unknown = 0,
  done = 1,
  not_found = 2,
  wrong_phase = 3,   // e.g. starting a halted rollout
  too_many = 4,      // a named bound is reached
  conflict = 5,      // exists already, with other content
  not_decided = 6,   // the decision log did not take it: nothing has changed
  not_approved = 7,  // its policy asks for an approval first
  own_approval = 8,  // who created a rollout cannot approve it
};
constexpr std::string_view name_of(OperatorResult result) {
  constexpr std::array<std::string_view, 9> names = {"unknown",     "done",         "not_found",
                                                     "wrong_phase", "too_many",     "conflict",
                                                     "not_decided", "not_approved", "own_approval"};
  return static_cast<std::size_t>(result) < names.size() ? names[static_cast<std::size_t>(result)]
                                                         : "unknown";
}

// registry, planner -> world: what became of an operator's request.
struct OperatorAnswered {
  static constexpr const char* name = "OperatorAnswered";
  RequestId request;
  OperatorResult result = OperatorResult::unknown;
  RolloutId rollout;
  static constexpr auto fields() {
    return std::tuple{field<1>("request", &OperatorAnswered::request),
                      field<2>("result", &OperatorAnswered::result),
                      field<3>("rollout", &OperatorAnswered::rollout)};
  }
  friend bool operator==(const OperatorAnswered&, const OperatorAnswered&) = default;
};

inline constexpr std::size_t sites_selected_max = 32;  // of one rollout
// What operators say of a site, as numbers of their words.
using SiteClassId = Named<struct SiteClassTag, std::uint64_t>;
using LabelId = Named<struct LabelTag, std::uint64_t>;
inline constexpr std::size_t labels_max = 8;  // of one site, and that a rollout asks for
using Labels = List<LabelId, labels_max>;

// What a rollout is for.
struct RolloutSpec {
  static constexpr const char* name = "RolloutSpec";
  Version version;
  Hash manifest{};         // SHA-256 of the manifest envelope's payload
  HardwareId hardware;     // 0: every model
  ClientId client;         // 0: every client
  Version only_from;       // 0: any; else only appliances that run exactly this
  bool downgrade = false;  // may go to an older version: a rollback
  Policy policy;
  Version needs;  // only from this version on; an older one takes another release first
  List<Version, 8> dead_ends;              // versions from which this release cannot be reached
  List<SiteId, sites_selected_max> sites;  // only appliances of these; none: of every site
  Calendar calendar;                       // when reboots may be asked for
  Labels labels;  // only appliances whose site has all of them; none: whatever it has
  static constexpr auto fields() {
    return std::tuple{field<1>("version", &RolloutSpec::version),
                      field<2>("manifest", &RolloutSpec::manifest),
                      field<3>("hardware", &RolloutSpec::hardware),
                      field<4>("client", &RolloutSpec::client),
                      field<5>("only_from", &RolloutSpec::only_from),
                      field<6>("downgrade", &RolloutSpec::downgrade),
                      field<7>("policy", &RolloutSpec::policy),
                      field<8>("needs", &RolloutSpec::needs),
                      field<9>("dead_ends", &RolloutSpec::dead_ends),
                      field<10>("sites", &RolloutSpec::sites),
                      field<11>("calendar", &RolloutSpec::calendar),
                      field<12>("labels", &RolloutSpec::labels)};
  }
  friend bool operator==(const RolloutSpec&, const RolloutSpec&) = default;
};

// --- decisions: what the decision log holds, in the order of their positions ------------------

struct RolloutCreated {
  static constexpr const char* name = "RolloutCreated";
  RolloutSpec spec;
  static constexpr auto fields() { return std::tuple{field<1>("spec", &RolloutCreated::spec)}; }
  friend bool operator==(const RolloutCreated&, const RolloutCreated&) = default;
};
enum class RolloutMove : std::uint8_t {
  none = 0,
  start = 1,
  pause = 2,
  resume = 3,  // from a hold: a person answers for as many exposures again
  halt = 4,
  retry = 5,   // those that failed it may be offered it once more
  expire = 6,  // its lifetime is over; no operator asks for this
  approve = 7,
};
struct RolloutMoved {
  static constexpr const char* name = "RolloutMoved";
  RolloutId rollout;
  RolloutMove move = RolloutMove::none;
  static constexpr auto fields() {
    return std::tuple{field<1>("rollout", &RolloutMoved::rollout),
                      field<2>("move", &RolloutMoved::move)};
  }
  friend bool operator==(const RolloutMoved&, const RolloutMoved&) = default;
};
struct GrantIssued {
  static constexpr const char* name = "GrantIssued";
  GrantKind kind = GrantKind::none;
  ApplianceId appliance;
  RolloutId rollout;
  UpdateId update;
  WallTime at, expires;
  Instant deadline;          // of the centre's clock: lapse or silence after it
  std::uint32_t serial = 0;  // of the check-in it answers
  static constexpr auto fields() {
    return std::tuple{field<1>("kind", &GrantIssued::kind),
                      field<2>("appliance", &GrantIssued::appliance),
                      field<3>("rollout", &GrantIssued::rollout),
                      field<4>("update", &GrantIssued::update),
                      field<5>("at", &GrantIssued::at),
                      field<6>("expires", &GrantIssued::expires),
                      field<7>("deadline", &GrantIssued::deadline),
                      field<8>("serial", &GrantIssued::serial)};
  }
  friend bool operator==(const GrantIssued&, const GrantIssued&) = default;
};
struct ReportsCounted {
  static constexpr const char* name = "ReportsCounted";
  ApplianceId appliance;
  std::uint32_t serial = 0;
  Reports reports;
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &ReportsCounted::appliance),
                      field<2>("serial", &ReportsCounted::serial),
                      field<3>("reports", &ReportsCounted::reports)};
  }
  friend bool operator==(const ReportsCounted&, const ReportsCounted&) = default;
};
struct DeadlinePassed {  // a grant lapsed, or an appliance with a token fell silent
  static constexpr const char* name = "DeadlinePassed";
  ApplianceId appliance;
  OrderNumber order;    // of which order; a newer one makes this void
  bool unused = false;  // a token that ran out, and its appliance says that it never had it
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &DeadlinePassed::appliance),
                      field<2>("order", &DeadlinePassed::order),
                      field<3>("unused", &DeadlinePassed::unused)};
  }
  friend bool operator==(const DeadlinePassed&, const DeadlinePassed&) = default;
};

// A part of the fleet that is watched for itself: the appliances of one hardware model, or those at
// the sites of one class. Exactly one of the two is set.
struct StratumCount {
  static constexpr const char* name = "StratumCount";
  HardwareId hardware;
  std::uint32_t fleet = 0;
  SiteClassId site_class{};
  static constexpr auto fields() {
    return std::tuple{field<1>("hardware", &StratumCount::hardware),
                      field<2>("fleet", &StratumCount::fleet),
                      field<3>("site_class", &StratumCount::site_class)};
  }
  friend bool operator==(const StratumCount&, const StratumCount&) = default;
};
inline constexpr std::size_t strata_max = 15;  // of a rollout; later ones count in the whole alone
// How many appliances a rollout is for, and of which models and classes. Its caps follow from this.
struct FleetCounted {
  static constexpr const char* name = "FleetCounted";
  RolloutId rollout;
  std::uint32_t fleet = 0;
  List<StratumCount, strata_max> strata;
  static constexpr auto fields() {
    return std::tuple{field<1>("rollout", &FleetCounted::rollout),
                      field<2>("fleet", &FleetCounted::fleet),
                      field<3>("strata", &FleetCounted::strata)};
  }
  friend bool operator==(const FleetCounted&, const FleetCounted&) = default;
};

// A person takes an order back from an appliance that keeps a place and does not use it.
struct OrderReleased {
  static constexpr const char* name = "OrderReleased";
  ApplianceId appliance;
  OrderNumber order;  // as DeadlinePassed: a newer one makes this void
  static constexpr auto fields() {
    return std::tuple{field<1>("appliance", &OrderReleased::appliance),
                      field<2>("order", &OrderReleased::order)};
  }
  friend bool operator==(const OrderReleased&, const OrderReleased&) = default;
};

// What an operator says of a site: it holds for whatever stands there, also for the box that
// replaces another.
struct SiteDescribed {
  static constexpr const char* name = "SiteDescribed";
  SiteId site;
  SiteClassId site_class;  // 0: none
  Labels labels;
  static constexpr auto fields() {
    return std::tuple{field<1>("site", &SiteDescribed::site),
                      field<2>("site_class", &SiteDescribed::site_class),
                      field<3>("labels", &SiteDescribed::labels)};
  }
  friend bool operator==(const SiteDescribed&, const SiteDescribed&) = default;
};

struct Decision {
  static constexpr const char* name = "Decision";
  ProposalId proposal;
  RequestId request;  // 0: nobody waits
  WallTime wall;      // when it was proposed
  Text<32> by;        // operator, or empty: the planner itself
  Text<80> why;
  std::variant<RolloutCreated, RolloutMoved, GrantIssued, ReportsCounted, DeadlinePassed,
               FleetCounted, OrderReleased, SiteDescribed>
      what;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("proposal", &Decision::proposal), field<2>("request", &Decision::request),
        field<3>("wall", &Decision::wall),         field<4>("by", &Decision::by),
        field<5>("why", &Decision::why),           field<10>("what", &Decision::what)};
  }
  friend bool operator==(const Decision&, const Decision&) = default;
};

}  // namespace drydock
