#pragma once
// What an appliance has only while something is under way: most of a large fleet has none of it.
#include <optional>
#include <vector>

#include "actors/stepper.hpp"
#include "messages/report.hpp"
#include "simulations/model/box.hpp"

namespace drydock::sim {

struct Work {                // the updater's newest piece of work
  std::uint32_t number = 0;  // 0: none
  UpdateId update;
  Version version;
};

struct UnderWay {
  // Durable: what nobody will ask for any more is dropped.
  UpdateId may_return;  // root-helper lets the slot before this commit be tried once
  std::vector<HealthGate::GateLogRead> gate_log;
  std::vector<Report> outbox;  // in order, oldest first
  // Until the next boot.
  std::optional<Instant> trial_since;       // this boot is of a trial, and began then
  std::optional<Stepper<HealthGate>> gate;  // health-gate --verify, while it runs
  std::vector<HelperAsk> helper;            // what root-helper was asked, oldest first
  // Until the agent's process ends.
  Work work;

  bool nothing() const {
    return gate_log.empty() && outbox.empty() && !gate && helper.empty() && work.number == 0 &&
           !may_return && !trial_since;
  }
};

}  // namespace drydock::sim
