#pragma once
// The health checks that an image brings with it: one YAML file each in /etc/msp/health.d.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config/units.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::config {

// required: a fail or an unknown fails the attempt. wanted: it is reported.
enum class Severity : std::uint8_t { required = 0, wanted = 1 };

struct HealthCheck {
  std::string name;                  // unique in the folder
  std::vector<std::string> command;  // argv; the first is an absolute path or looked up in PATH
  Duration timeout = seconds(10);    // timeout_ms in YAML
  Severity severity = Severity::required;
};

inline constexpr std::size_t kHealthChecksMax = 64;
inline constexpr Bytes kHealthCheckFileMax = kibibytes(64);
inline constexpr std::size_t kHealthCheckArgumentsMax = 32;

// Every *.yaml of the folder, sorted by name. A missing folder is an error: an image without checks
// says so with an empty one. One bad file refuses the whole list, with the problems of all files.
Result<std::vector<HealthCheck>> load_health_checks(const std::string& folder);
Result<HealthCheck> parse_health_check(std::string_view text, const std::string& file);

}  // namespace drydock::config
