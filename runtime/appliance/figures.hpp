#pragma once
// What the agent shows of itself to who watches this box, and its text for GET /metrics.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/healer/machine.hpp"
#include "messages/appliance.hpp"

namespace drydock::appliance {

struct CheckFigures {  // one check of the healer
  HostCheck check = HostCheck::disk;
  Healer::Level level = Healer::Level::unknown;  // of the newest look of this process
  bool drifted = false;                          // noted, and not yet mended
  bool escalated = false;                        // remedies did not help, or there is none
};

// What is unknown has no line in the text.
struct Figures {
  std::string site;
  Version running;
  Slot active = Slot::none;
  bool on_trial = false;
  Duration up;                           // since this process started
  std::optional<Duration> answered_ago;  // the newest check-in that the centre answered
  std::uint64_t answered = 0, failed = 0;
  std::uint32_t reports_owed = 0;  // kept, and not yet durable at the centre
  std::optional<std::uint64_t> journal_bytes;
  std::vector<CheckFigures> checks;
};

// Prometheus' text format; every name begins with "drydock_agent_".
std::string text_of(const Figures& figures);

// Bytes of the files in this folder and below; nothing when it cannot be read.
std::optional<std::uint64_t> folder_bytes(const std::string& folder);

}  // namespace drydock::appliance
