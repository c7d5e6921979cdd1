#pragma once
// How fast and how far a rollout may go: a policy file, compiled. What a test of evidence needs of
// logarithms is computed once, when the policy is compiled, and travels with it, so that a replay
// never depends on how they were computed. The mathematics: docs/planner.md.
#include "messages/fields.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock {

// How much likelier one alternative makes a failure, and a pass: log2 in Q24, rounded down.
struct Odds {
  static constexpr const char* name = "Odds";
  std::int32_t failed = 0, passed = 0;
  static constexpr auto fields() {
    return std::tuple{field<1>("failed", &Odds::failed), field<2>("passed", &Odds::passed)};
  }
  friend bool operator==(const Odds&, const Odds&) = default;
};

// A bet against one failure rate, spread over alternatives to it. It has won when the sum of
// 2^(failures x failed + passes x passed) over all of them reaches 2^at: then the rate is excluded.
struct Exclusion {
  static constexpr const char* name = "Exclusion";
  static constexpr std::size_t alternatives_max = 8;
  List<Odds, alternatives_max> odds;
  std::int32_t at = 0;  // log2(alternatives / error) in Q24, rounded up
  static constexpr auto fields() {
    return std::tuple{field<1>("odds", &Exclusion::odds), field<2>("at", &Exclusion::at)};
  }
  friend bool operator==(const Exclusion&, const Exclusion&) = default;
};

struct Policy {
  static constexpr const char* name = "Policy";
  std::uint32_t canary = 1;              // at once before anything has committed; 0: by the fleet
  std::uint32_t growth_permille = 1000;  // at once <= growth x committed, after the canary
  std::uint32_t in_flight_max = 50;
  std::uint32_t failure_limit = 1;  // this many failures halt it, whatever the evidence; 0: none do
  std::uint32_t site_at_once = 1;
  Duration install_deadline = hours(24);  // a grant not used by then lapses
  Duration silence_after = minutes(30);   // after its token; silence past it is a failure
  Duration token_expiry = minutes(10);
  Duration poll_hint;  // asks appliances for at least this interval
  // Evidence. Without a tolerated rate the counts above decide alone.
  std::uint32_t tolerated_ppm = 0;    // failures in a million that are nobody's fault
  std::uint32_t growth_unproven = 0;  // permille, in place of growth until acceptance
  std::uint32_t cap_ppm = 0;          // of the fleet that may be exposed until acceptance
  std::uint32_t accept_needs = 0;     // verdicts acceptance needs at half the tolerated rate
  std::uint32_t installs_ahead = 0;   // permille of what may be exposed: granted beyond it
  std::int32_t stratum_at = 0;        // as `excess.at`, for one part of the fleet
  bool stratum_halts_all = false;     // a part that fails ends it for everybody
  bool download_only = false;         // stages, and gives no token
  Duration lifetime;                  // after its start nothing new is granted; 0: no end
  Exclusion excess;                   // against the tolerated rate: it fails more often, halt
  Exclusion twice;                  // against twice the tolerated rate: it fails less often, go on
  bool needs_approval = false;      // a second person approves it before it may start
  std::uint32_t fleet_at_once = 0;  // in flight, over all rollouts; 0: no limit
  std::uint32_t downloads_at_once = 0;  // with an order and not yet staged; 0: no limit
  std::uint32_t priority = 0;           // of two rollouts for an appliance, the higher governs
  static constexpr auto fields() {
    return std::tuple{field<1>("canary", &Policy::canary),
                      field<2>("growth_permille", &Policy::growth_permille),
                      field<3>("in_flight_max", &Policy::in_flight_max),
                      field<4>("failure_limit", &Policy::failure_limit),
                      field<5>("site_at_once", &Policy::site_at_once),
                      field<6>("install_deadline", &Policy::install_deadline),
                      field<7>("silence_after", &Policy::silence_after),
                      field<8>("token_expiry", &Policy::token_expiry),
                      field<9>("poll_hint", &Policy::poll_hint),
                      field<10>("tolerated_ppm", &Policy::tolerated_ppm),
                      field<11>("growth_unproven", &Policy::growth_unproven),
                      field<12>("cap_ppm", &Policy::cap_ppm),
                      field<13>("accept_needs", &Policy::accept_needs),
                      field<14>("installs_ahead", &Policy::installs_ahead),
                      field<15>("stratum_at", &Policy::stratum_at),
                      field<16>("stratum_halts_all", &Policy::stratum_halts_all),
                      field<17>("download_only", &Policy::download_only),
                      field<18>("lifetime", &Policy::lifetime),
                      field<19>("excess", &Policy::excess),
                      field<20>("twice", &Policy::twice),
                      field<21>("needs_approval", &Policy::needs_approval),
                      field<22>("fleet_at_once", &Policy::fleet_at_once),
                      field<23>("downloads_at_once", &Policy::downloads_at_once),
                      field<24>("priority", &Policy::priority)};
  }
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace drydock
