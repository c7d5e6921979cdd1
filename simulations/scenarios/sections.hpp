#pragma once
// The sections of a scenario file, and what several of them share. Included in this folder only.
#include <cstdint>
#include <vector>

#include "messages/policy.hpp"
#include "runtime/config/reader.hpp"
#include "simulations/model/scenario.hpp"

namespace drydock::sim {

using config::Read;
using config::Value;

inline constexpr std::uint32_t appliances_max = 10'000'000;  // as many as a planner may know
inline constexpr std::uint32_t models_max = 15;  // that a planner watches for themselves
inline constexpr Duration longest = hours(24 * 365);

// "12.5%" as thousandths.
Read share_of_1000(std::uint32_t& out);
Read version(Version& out);
// One span, or a list of spans that grow: evenly spaced quantiles.
Read quantiles(Quantiles& out, Duration min, Duration max);

// The child of a map under this key, to say something about it; the map itself when there is none.
Value at(const Value& map, const char* key);

void read_releases(const Value& value, std::vector<Release>& out);
void read_rollouts(const Value& value, std::vector<RolloutPlan>& out);
void read_policy(const Value& value, Policy& out);
void read_acts(const Value& value, std::vector<OperatorAct>& out);
void read_fleet(const Value& value, FleetShape& out);
void read_office_hours(const Value& value, OfficeHours& out);
void read_window(const Value& value, Window& out);
void read_times(const Value& value, Times& out);
void read_network(const Value& value, Network& out);
void read_faults(const Value& value, FaultMix& out);
void read_hardware(const Value& value, std::vector<HardwareTimes>& out);
void read_key_rotation(const Value& value, KeyRotation& out);
void read_restore(const Value& value, Restore& out);

}  // namespace drydock::sim
