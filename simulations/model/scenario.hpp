#pragma once
// A scenario: everything about a run but its seed. Plain data; a file format may come to fill it.
#include <string>
#include <vector>

#include "messages/centre.hpp"
#include "simulations/engine/network.hpp"

namespace drydock::sim {

// What is wrong with a release, on those appliances it is wrong on.
enum class Defect : std::uint8_t {
  none,
  fails_check,        // a required check fails after boot
  check_hangs,        // a required check never answers
  check_unknown,      // a required check answers that it cannot tell
  never_boots,        // userspace never comes up
  agent_never_ready,  // the gate passes, the agent does not come up
  fails_late,         // healthy at the gate, unhealthy at the end of the soak
  fails_first_boot,   // a check fails at the first boot only
  corrupt,            // the image's bytes are not those of the manifest
  slow,               // sound, but everything about a boot takes several times as long
  unreachable,        // sound by every local fact, and never reaches the centre
  wears_out,  // healthy until its soak is over; then a watched process stops again and again
};

struct Release {
  Version version;
  Defect defect = Defect::none;
  std::uint32_t share_permille = 1000;  // of the appliances, drawn by seed
  std::uint32_t chunks = 64;
  HardwareId only_on{};                  // the defect shows on this model alone; 0: on all
  std::uint32_t elsewhere_permille = 0;  // on so many of the other models all the same
};

struct RolloutPlan {
  Instant at;
  RolloutSpec spec;
};

// Done when `at` has come and the rollout has so many commits, whatever is later.
struct OperatorAct {
  RolloutId rollout;
  RolloutMove move = RolloutMove::none;
  Instant at;
  std::uint32_t committed = 0;
};

struct Window {  // of local days; always open by default
  bool always = true;
  Duration opens;  // after midnight, local time
  Duration length;
  std::vector<Duration> zones;  // how far ahead of UTC, by sites in turn; none: all at UTC
  Instant summer{INT64_MAX};    // from then on local clocks are an hour ahead of that
};

struct FleetShape {
  std::uint32_t site_size = 0;      // appliances of a site; 0: one and two in turn
  std::uint32_t models = 2;         // of hardware, evenly spread
  std::uint32_t rare_one_in = 0;    // one in so many is of model 2, the rest of 1; 0: as above
  std::uint32_t late_permille = 0;  // of the appliances: switched on for the first time later
  Duration joins_within = hours(4);
};

// What a hardware model takes for what differs most between models, measured; none: as in Times.
struct HardwareTimes {
  Quantiles boot = Quantiles::none(), write = Quantiles::none(), read_back = Quantiles::none();
};

// The centre signs with another key from `at` on. Until an appliance has learned it, somewhere
// within `learned_within`, it believes no order and goes on as if none had come.
struct KeyRotation {
  Instant at{INT64_MAX};
  Duration learned_within = hours(1);
};

struct OfficeHours {  // a share of the sites switches everything off once a day
  std::uint32_t share_permille = 0;
  Duration closes;  // after midnight UTC
  Duration length;
};

struct Times {  // each is drawn within a quarter more or less
  Duration fetch = seconds(2);
  Duration write = minutes(10);  // the whole image
  Duration read_back = minutes(1);
  Duration helper = milliseconds(150);  // one answer of root-helper
  Duration shutdown = seconds(10);
  Duration boot = seconds(50);             // until userspace
  Duration hang = minutes(5);              // until the watchdog resets a box that hangs
  Duration check = seconds(4);             // one health check
  Duration ready = seconds(8);             // the agent, after its start
  Duration restart = seconds(2);           // of a process that ended
  Duration boot_deadline = minutes(10);    // by then a trial is committed, or its agent ends it
  Duration request = seconds(30);          // then an unanswered check-in has failed
  Duration clock_sync{};                   // after boot the clock is unset for so long
  Duration decision = milliseconds(20);    // of the decision log
  Duration decision_timeout = seconds(3);  // then its answer is "unknown"
  Duration centre_down = minutes(2);
};

// How often what goes wrong. Points are the places between two durable or visible acts.
struct FaultMix {
  std::uint32_t kills_permille = 0;  // of the appliances: the agent is killed at a random time
  std::uint32_t cuts_permille = 0;   // ... the power is cut
  std::uint32_t point_kills_permille = 0;  // ... killed at a random point of its work
  std::uint32_t point_cuts_permille = 0;
  std::uint32_t points = 60;  // such a point is one of the first so many
  Duration span = hours(4);   // random times fall within
  std::uint32_t centre_kills = 0;
  std::uint32_t log_lost_permille = 0;     // decisions that the log refuses
  std::uint32_t log_unknown_permille = 0;  // ... of which it does not know; half were taken
  std::uint32_t drifts_permille = 0;       // looks at a host that show a stopped process
  std::uint32_t centre_pauses = 0;         // it does nothing for `centre_pause`, then catches up
  Duration centre_pause = minutes(3);
  std::uint32_t clock_drift_ppm = 0;       // each clock within so many, either way
  std::uint32_t clock_jumps_permille = 0;  // of the appliances: their clock jumps once, and stays
  Duration clock_jump = hours(2);          // by so much at most, either way
  std::uint32_t disks_full_permille = 0;   // of the appliances: no slot takes an image
  std::uint32_t esp_errors_permille = 0;   // of the writes of the boot state: nothing is changed
  std::uint32_t other_slot_permille = 0;   // of the boots without a trial: a person picks the other
  std::uint32_t append_errors_permille = 0;  // of an appliance's records: it ends, and starts again
  std::uint32_t journals_lost_permille = 0;  // of the appliances: set aside, and begun anew
  std::uint32_t reverts_permille = 0;        // of the appliances: all of its disk goes back
  std::uint32_t stale_permille = 0;          // of the decisions: the planner reads old rows ...
  Duration stale_for = minutes(2);           // ... for so long, until it is told
  std::uint32_t lies_permille = 0;           // of the health checks that pass: they say they failed
  bool doubled_acts = false;                 // operators submit everything twice
  Instant until{INT64_MAX};                  // nothing of all this happens any more
};

struct Restore {             // the centre is lost, and set up again from a backup
  Instant backup, at;        // taken; lost. `at` 0: never
  bool by_hand = false;      // old files are copied back and it starts as if nothing had been
  Duration held = hours(1);  // else rollouts are held, so long, until a person lets them go on
};

struct Scenario {
  std::string name, about;
  std::uint32_t appliances = 12;
  Duration horizon = hours(24);
  Duration at_least{};  // goes on so long, also when everything is settled
  Duration poll = seconds(60);
  Duration soak = minutes(30);
  Duration return_after = hours(24);  // committed, and without an answer for so long
  Version installed = make_version(1, 0, 0);
  std::vector<Release> releases;
  std::vector<RolloutPlan> rollouts;
  std::vector<OperatorAct> acts;
  FleetShape fleet;
  std::vector<HardwareTimes> hardware;  // of the models 1, 2, 3, ...
  KeyRotation key_rotation;
  Window window;
  OfficeHours office_hours;
  Times times;
  Network network;
  FaultMix faults;
  Restore restore;
  Duration swarm_heals;  // each seed draws its own faults, and none after this time; 0: no swarm
};

}  // namespace drydock::sim
