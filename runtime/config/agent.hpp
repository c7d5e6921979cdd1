#pragma once
// AgentConfig: everything `compliance-agent` and `health-gate` can be told on an appliance. The
// defaults are those of a real one. YAML in /etc/msp/agent.yaml; three values come from the
// environment, as the service's unit sets them.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/config/healer.hpp"
#include "runtime/config/log_level.hpp"
#include "runtime/config/units.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"
#include "runtime/windows/spec.hpp"

namespace drydock::config {

inline constexpr const char* kAgentFile = "/etc/msp/agent.yaml";

struct AgentPaths {
  std::string slot_a = "/dev/disk/by-partlabel/MSP-A";
  std::string slot_b = "/dev/disk/by-partlabel/MSP-B";
  std::string esp = "/boot";
  std::string data = "/var/lib/msp";
  std::string identity;  // empty in YAML: <data>/identity; filled by load_agent
  std::string cmdline = "/proc/cmdline";
  std::string boot_id = "/proc/sys/kernel/random/boot_id";
  std::string root_helper = "/run/drydock/root-helper.sock";
  std::string health_checks = "/etc/msp/health.d";
  std::string os_release = "/etc/os-release";
};

struct AgentConfig {
  // From the environment.
  std::string site_id;                                 // SITE_ID; required
  std::string mcp_url = "https://api.osiriscare.net";  // MCP_URL: https, without a final slash
  Duration poll_interval = seconds(60);                // POLL_INTERVAL, in seconds

  // From YAML.
  AgentPaths paths;
  Duration soak = minutes(30);           // after the verdict, before COMMITTED is final
  Duration boot_deadline = minutes(10);  // from boot to a verdict and an agent that is READY
  Duration return_after = hours(24);     // without a check-in, try the previous slot once
  windows::Spec maintenance;
  HealerConfig healer;
  std::optional<Endpoint> metrics;  // GET /metrics over plain HTTP; none: not served
  LogLevel log_level = LogLevel::info;
};

// A variable's value, or none when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

// The file of --config, which must exist; with none, kAgentFile, where a missing file means the
// defaults. Then the environment. Every problem of both is told at once.
Result<AgentConfig> load_agent(const std::optional<std::string>& path, const Environment& from);

// The same from text; `file` is for messages.
Result<AgentConfig> parse_agent(std::string_view text, const std::string& file,
                                const Environment& from);

}  // namespace drydock::config
