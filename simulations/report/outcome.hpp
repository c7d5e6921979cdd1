#pragma once
// One run from beginning to end, with all oracles on, and what came of it.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulations/oracles/oracles.hpp"

namespace drydock::sim {

struct Outcome {
  std::string scenario;
  std::uint64_t seed = 0, digest = 0, events = 0;
  std::uint32_t appliances = 0;
  Oracles::Counts counts;
  std::uint32_t halted = 0;  // rollouts
  std::uint32_t centre_restarts = 0;
  std::map<Version, std::uint32_t> running;  // at the end, in truth
  std::optional<Duration> done_after;
  std::uint64_t violations = 0;
  std::vector<std::string> told;                               // the first violations in words
  std::vector<std::pair<std::string, std::uint64_t>> by_kind;  // events, those that happened
};

struct Watching {
  Follow follow = {};
  std::function<void(const World&)> each_minute = {};  // of simulated time, about
};
Outcome run_once(const Scenario& scenario, std::uint64_t seed, Watching watching = {});

// Runs twice, set up in opposite orders. Answers what differs first, by machine and field; nothing
// when both are equal to the bit.
std::optional<std::string> first_difference(const Scenario& scenario, std::uint64_t seed,
                                            Outcome& outcome);

std::string summary(const Outcome& outcome);  // lines for a person
// The object `run --json` ends with, without the machine-dependent key "host".
std::string json_without_host(const Outcome& outcome);

}  // namespace drydock::sim
