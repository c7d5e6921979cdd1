#pragma once
// What the planner remembers: a row an appliance, a site and a rollout.
#include "messages/centre.hpp"

namespace drydock::planner {

// Where an appliance stands in its rollout.
enum class Stage : std::uint8_t {
  none = 0,
  granted = 1,  // may install
  staged = 2,   // has installed; proves nothing
  token = 3,    // may reboot: exposed
  committed = 4,
  failed = 5,  // could not install what it was sent
  rolled_back = 6,
  silent = 7,  // had its token, and nothing was heard in time
  failed_late = 8,
  lapsed = 9,     // the grant ran out unused; offered again
  released = 10,  // a person took its token back; its verdict, or its silence, still counts
};
constexpr std::string_view name_of(Stage stage) {
  constexpr std::array<std::string_view, 11> names = {
      "none",        "granted", "staged",      "token",  "committed", "failed",
      "rolled_back", "silent",  "failed_late", "lapsed", "released"};
  return static_cast<std::size_t>(stage) < names.size() ? names[static_cast<std::size_t>(stage)]
                                                        : "unknown";
}
constexpr bool in_flight(Stage stage) {
  return stage == Stage::granted || stage == Stage::staged || stage == Stage::token;
}
// Something is to be heard of it by its deadline.
constexpr bool is_awaited(Stage stage) { return in_flight(stage) || stage == Stage::released; }
// Ended badly: never offered the same rollout again.
constexpr bool ended_badly(Stage stage) {
  return stage == Stage::failed || stage == Stage::rolled_back || stage == Stage::silent ||
         stage == Stage::failed_late;
}

// What is on its way through the decision log about an appliance.
enum class Proposing : std::uint8_t { nothing = 0, install = 1, other = 2 };

// Bits of Appliance::reached beside those of the stages granted to token.
inline constexpr std::uint8_t committed_bit = 1u << 0;
inline constexpr std::uint8_t verdict_bit = 1u << 4;  // its verdict is counted
inline constexpr std::uint8_t failed_bit = 1u << 5;   // as a failure
// The two highest are no bits of this rollout: how many in a row it has failed, up to strikes_max.
inline constexpr unsigned strikes_shift = 6;
inline constexpr std::uint8_t strikes_max = 3;
inline constexpr std::uint8_t strikes_mask = strikes_max << strikes_shift;

// 128 bytes, and a million of them: two lines of the cache, never three.
struct alignas(64) Appliance {
  ClientId client;
  SiteId site;
  HardwareId hardware;
  Version running;
  UpdateId update;
  OrderNumber order;    // of the newest grant
  WallTime expires;     // of the newest grant
  Instant deadline;     // of the centre's clock
  ProposalId proposal;  // on its way, if `proposing`
  RolloutId rollout;    // the stage speaks of this one
  ReportSeq reports_through;
  Stage stage = Stage::none;
  std::uint8_t lapses = 0;
  Proposing proposing = Proposing::nothing;
  Reason reason = Reason::none;
  Text<40> detail;           // of the newest bad report
  std::uint8_t reached = 0;  // bits: what is counted of it in its rollout; strikes
  std::uint8_t strata = 0;   // of the rollout, when it was granted: model low, class high; 0: none
  std::uint8_t retries = 0;  // of the rollout when it was granted
  static constexpr auto fields() {
    return std::tuple{field<1>("client", &Appliance::client),
                      field<2>("site", &Appliance::site),
                      field<3>("hardware", &Appliance::hardware),
                      field<4>("running", &Appliance::running),
                      field<5>("update", &Appliance::update),
                      field<6>("order", &Appliance::order),
                      field<8>("expires", &Appliance::expires),
                      field<9>("deadline", &Appliance::deadline),
                      field<11>("rollout", &Appliance::rollout),
                      field<12>("reports_through", &Appliance::reports_through),
                      field<13>("stage", &Appliance::stage),
                      field<14>("lapses", &Appliance::lapses),
                      field<15>("proposing", &Appliance::proposing),
                      field<16>("reason", &Appliance::reason),
                      field<17>("detail", &Appliance::detail),
                      field<18>("reached", &Appliance::reached),
                      field<19>("proposal", &Appliance::proposal),
                      field<20>("strata", &Appliance::strata),
                      field<21>("retries", &Appliance::retries)};
  }
  friend bool operator==(const Appliance&, const Appliance&) = default;
};
static_assert(sizeof(Appliance) == 128);
constexpr std::uint8_t strikes(const Appliance& row) {
  return static_cast<std::uint8_t>(row.reached >> strikes_shift);
}

// The numbers of the two strata an appliance is in, in one byte; 0: in none of the kind.
struct StrataOf {
  std::uint32_t model = 0, site_class = 0;
  std::array<std::uint32_t, 2> both() const { return {model, site_class}; }
};
static_assert(strata_max < 16);
constexpr std::uint8_t packed(StrataOf strata) {
  return static_cast<std::uint8_t>(strata.model | strata.site_class << 4);
}
constexpr StrataOf unpacked(std::uint8_t strata) {
  return {std::uint32_t{strata} & 15, std::uint32_t{strata} >> 4};
}

// What an operator says of a site; only sites of which something was said have a row.
struct SiteTraits {
  SiteClassId site_class;
  Labels labels;
  static constexpr auto fields() {
    return std::tuple{field<1>("site_class", &SiteTraits::site_class),
                      field<2>("labels", &SiteTraits::labels)};
  }
  friend bool operator==(const SiteTraits&, const SiteTraits&) = default;
};

struct Site {
  std::uint32_t in_flight = 0;  // appliances of it with a decided grant
  std::uint32_t proposed = 0;   // with an install grant on its way, proposed by this centre
  static constexpr auto fields() {
    return std::tuple{field<1>("in_flight", &Site::in_flight),
                      field<2>("proposed", &Site::proposed)};
  }
  friend bool operator==(const Site&, const Site&) = default;
};

// Counts of one rollout. Every appliance is counted once in each line it ever reached; only what
// leads to another offer counts each time: install_cut, lapsed, and after a retry its failures.
struct Tally {
  std::uint32_t granted = 0, staged = 0, exposed = 0;
  std::uint32_t committed = 0;
  std::uint32_t install_failed = 0;  // wrong bytes: says something about the release
  std::uint32_t install_cut = 0;     // line or disk: says something about the appliance
  std::uint32_t rolled_back = 0, silent = 0, failed_late = 0;
  std::uint32_t lapsed = 0;
  static constexpr auto fields() {
    return std::tuple{field<1>("granted", &Tally::granted),
                      field<2>("staged", &Tally::staged),
                      field<3>("exposed", &Tally::exposed),
                      field<4>("committed", &Tally::committed),
                      field<5>("install_failed", &Tally::install_failed),
                      field<6>("install_cut", &Tally::install_cut),
                      field<7>("rolled_back", &Tally::rolled_back),
                      field<8>("silent", &Tally::silent),
                      field<9>("failed_late", &Tally::failed_late),
                      field<10>("lapsed", &Tally::lapsed)};
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

// What the evidence is made of. Every appliance counts once in a rollout; silence is a failure.
struct Verdicts {
  std::uint32_t seen = 0, failed = 0;
  static constexpr auto fields() {
    return std::tuple{field<1>("seen", &Verdicts::seen), field<2>("failed", &Verdicts::failed)};
  }
  friend bool operator==(const Verdicts&, const Verdicts&) = default;
};

// One part of a rollout's fleet that is watched for itself: a model, or a class of sites.
struct Stratum {
  HardwareId hardware;
  std::uint32_t fleet = 0, granted = 0, exposed = 0;
  Verdicts verdicts;
  bool halted = false;
  SiteClassId site_class;
  static constexpr auto fields() {
    return std::tuple{
        field<1>("hardware", &Stratum::hardware),    field<2>("fleet", &Stratum::fleet),
        field<3>("granted", &Stratum::granted),      field<4>("exposed", &Stratum::exposed),
        field<5>("verdicts", &Stratum::verdicts),    field<6>("halted", &Stratum::halted),
        field<7>("site_class", &Stratum::site_class)};
  }
  friend bool operator==(const Stratum&, const Stratum&) = default;
};
// Strata of a rollout are numbered 1, 2, 3, ... in the order in which they were counted.
using StratumId = Named<struct StratumTag, std::uint64_t>;
constexpr StratumId stratum_id(RolloutId rollout, std::uint32_t number) {
  return {std::uint64_t{rollout.value} << 8 | number};
}

// The verdicts on those that are in two parts that go on, of one model and one class; when one of
// the parts halts, they leave the other one too.
using CrossingId = Named<struct CrossingTag, std::uint64_t>;
constexpr CrossingId crossing_id(RolloutId rollout, StrataOf strata) {
  return {std::uint64_t{rollout.value} << 8 | packed(strata)};
}

enum class RolloutPhase : std::uint8_t {
  unknown = 0,
  created = 1,
  running = 2,
  paused = 3,
  halted = 4,
  held = 5,     // undecided at the cap: a person looks at it
  expired = 6,  // its lifetime is over
};
constexpr std::string_view name_of(RolloutPhase phase) {
  constexpr std::array<std::string_view, 7> names = {"unknown", "created", "running", "paused",
                                                     "halted",  "held",    "expired"};
  return static_cast<std::size_t>(phase) < names.size() ? names[static_cast<std::size_t>(phase)]
                                                        : "unknown";
}

struct Rollout {
  RolloutSpec spec;
  Tally tally;
  RolloutPhase phase = RolloutPhase::unknown;
  std::uint32_t in_flight = 0;  // decided and not over
  std::uint32_t proposed = 0;   // install grants on their way through the decision log
  WallTime created, moved;      // when it came, when its phase last changed
  Text<32> by;                  // who created it
  Text<80> why;
  Text<32> moved_by;               // who moved it last; empty: it halted or holds itself
  std::uint32_t fleet = 0;         // appliances it is for, when last counted
  std::uint32_t exposed_now = 0;   // have their token, and no end yet
  Verdicts verdicts;               // without those of the parts that are halted
  std::uint32_t strata = 0;        // counted in table `strata`
  std::uint32_t parts_halted = 0;  // of them
  std::uint32_t answered_for = 0;  // times a person let it go on from a hold
  std::uint8_t retries = 0;
  bool accepted = false;  // the verdicts exclude twice the tolerated rate
  Instant room_since;     // since when it could grant, and found nobody
  Instant ends;           // of its lifetime; 0: none
  Instant progressed;     // when an appliance of it, or it itself, last came a step further
  Text<32> approved_by;   // empty: nobody has approved it
  WallTime approved;
  std::uint32_t downloading = 0;  // with an order, and not yet staged
  static constexpr auto fields() {
    return std::tuple{field<1>("spec", &Rollout::spec),
                      field<2>("tally", &Rollout::tally),
                      field<3>("phase", &Rollout::phase),
                      field<4>("in_flight", &Rollout::in_flight),
                      field<5>("proposed", &Rollout::proposed),
                      field<6>("created", &Rollout::created),
                      field<7>("moved", &Rollout::moved),
                      field<8>("by", &Rollout::by),
                      field<9>("why", &Rollout::why),
                      field<10>("moved_by", &Rollout::moved_by),
                      field<11>("fleet", &Rollout::fleet),
                      field<12>("exposed_now", &Rollout::exposed_now),
                      field<13>("verdicts", &Rollout::verdicts),
                      field<14>("strata", &Rollout::strata),
                      field<15>("parts_halted", &Rollout::parts_halted),
                      field<16>("answered_for", &Rollout::answered_for),
                      field<17>("retries", &Rollout::retries),
                      field<18>("accepted", &Rollout::accepted),
                      field<19>("room_since", &Rollout::room_since),
                      field<20>("ends", &Rollout::ends),
                      field<21>("progressed", &Rollout::progressed),
                      field<22>("approved_by", &Rollout::approved_by),
                      field<23>("approved", &Rollout::approved),
                      field<24>("downloading", &Rollout::downloading)};
  }
  friend bool operator==(const Rollout&, const Rollout&) = default;
};

constexpr bool waits_for_approval(const Rollout& rollout) {
  return rollout.spec.policy.needs_approval && rollout.approved_by.empty();
}

}  // namespace drydock::planner
