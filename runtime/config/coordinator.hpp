#pragma once
// CoordinatorConfig: everything `fleet-coordinator` can be told. Flags of the program override
// single values after the file is read.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/config/log_level.hpp"
#include "runtime/config/units.hpp"
#include "runtime/kernel/time.hpp"
#include "runtime/result.hpp"

namespace drydock::config {

inline constexpr const char* kCoordinatorFile = "/etc/drydock/coordinator.yaml";

struct JournalLimits {  // retention of turns; evidence and operator actions have their own
  Bytes size = gibibytes(20);
  Duration age = hours(24 * 90);
};

struct CoordinatorConfig {
  std::string data = "/var/lib/drydock";
  std::string pki = "/etc/drydock/pki";
  Endpoint edge{"0.0.0.0", 443};  // appliances, mutual TLS
  Endpoint operators{"127.0.0.1", 9443};
  Endpoint http{"127.0.0.1", 8000};  // GET /health and /metrics only
  // Of all downloads together, each second; 0 is unlimited, in YAML by leaving the key out.
  Bytes download_rate;
  // Of one appliance; beyond it a check-in is turned away. 0 is unlimited, in YAML by leaving it
  // out.
  std::uint32_t check_ins_per_minute = 0;
  JournalLimits journal;
  std::uint32_t edge_workers = 2;      // threads that serve check-ins
  std::uint32_t download_workers = 2;  // threads that read releases from disk
  LogLevel log_level = LogLevel::info;
};

// The file of --config, which must exist; with none, kCoordinatorFile, where a missing file means
// the defaults. Every problem is told at once.
Result<CoordinatorConfig> load_coordinator(const std::optional<std::string>& path);
Result<CoordinatorConfig> parse_coordinator(std::string_view text, const std::string& file);

}  // namespace drydock::config
