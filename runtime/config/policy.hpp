#pragma once
// PolicySpec: how a rollout may spread, as an operator writes it. Plain values; the shell compiles
// them into the planner's bounded struct and journals the text by its hash.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/units.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"
#include "runtime/windows/spec.hpp"

namespace drydock::config {

struct Growth {
  Permille factor{1000};             // in flight <= this times committed, after the canary; >= 1000
  std::uint32_t max_in_flight = 50;  // whatever the factor allows
};

// Sequential evidence: docs/planner.md. Where a policy has it, canary and failure_limit may be left
// out: the fleet decides the one, the evidence the other.
struct Evidence {
  Permille tolerated{5};          // of its verdicts may fail, and nobody is to blame
  Permille cap{5};                // of the fleet may be exposed before the release is accepted
  Permille growth_unproven{500};  // in place of growth.factor until then
  Permille installs_ahead{1000};  // of what may be exposed: staged beyond it, without a token
  bool part_halts_all = false;  // a model or a class of sites that fails by itself ends it for all
};

struct Selection {  // empty lists select everything; a set one must hold the appliance's own
  std::vector<std::string> clients;
  std::vector<std::string> sites;
  std::vector<std::string> hardware;
  std::vector<std::string> labels;  // of its site, which must have all of them
};

struct PolicySpec {
  std::string name;
  std::uint32_t canary = 1;  // appliances in flight before anything has committed; 0: by the fleet
  Growth growth;
  std::uint32_t failure_limit = 1;        // failures that halt the rollout; 0: the evidence alone
  std::optional<Evidence> evidence;       // none: the counts decide alone
  std::uint32_t site_at_once = 1;         // appliances of one site that may be in flight
  Duration soak = minutes(30);            // how long a committed release is watched
  Duration install_deadline = hours(24);  // a grant without a staged slot lapses
  Duration silence_after = minutes(30);   // silence this long after the token is a failure
  Duration token_expiry = minutes(10);    // a reboot token unused for so long is void
  bool download_only = false;             // stages everywhere, reboots nowhere
  Duration lifetime;                      // after its start nothing new is granted; 0: no end
  Duration poll_hint;                     // asks appliances to poll no more often; 0: as they wish
  bool needs_approval = false;            // a second person approves before it may start
  std::uint32_t fleet_at_once = 0;        // in flight over all rollouts; 0: no limit
  std::uint32_t downloads_at_once = 0;    // installing and not yet staged; 0: no limit
  std::uint32_t priority = 0;             // of two rollouts for an appliance, the higher governs
  windows::Spec maintenance;              // on top of the appliance's own; none: always open
  Selection select;
};

inline constexpr std::size_t kSelectionMax = 1024;  // entries of each list
inline constexpr Bytes kPolicyMax = kibibytes(256);

// Refused with every problem at once: what is no policy, and one that could never move or never
// stop (caps of zero, a factor below 1, silence shorter than the token's life).
Result<PolicySpec> parse_policy(std::string_view text, const std::string& file);
Result<PolicySpec> load_policy(const std::string& path);

}  // namespace drydock::config
