#pragma once
// What this boot is: version of the running image, its health checks, the slots as root-helper sees
// them, and whether the line to the centre has a route. Blocking.
#include <string>
#include <vector>

#include "messages/helper.hpp"
#include "messages/ids.hpp"
#include "runtime/config/agent.hpp"
#include "runtime/config/health_checks.hpp"
#include "runtime/result.hpp"

namespace drydock::appliance {

// VERSION_ID of os-release, as major.minor.patch.
Result<Version> running_version(const std::string& os_release_path);

struct HealthChecks {
  std::vector<config::HealthCheck> list;
  std::uint64_t required = 0;  // bit i: list[i] is required
};
// A list that cannot be read counts as one required check that nobody can run: unknown, never
// success. The reason is logged.
HealthChecks health_checks(const std::string& folder);

// Asks until root-helper answers, for at most patience_ms.
Result<HelperState> wait_for_helper(const std::string& socket, std::int64_t patience_ms);

// Does the kernel know a way to this host? Sends nothing.
bool has_route(const std::string& url);

}  // namespace drydock::appliance
