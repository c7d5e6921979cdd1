#pragma once
// One connection to Redis: who was seen when, and how often each appliance checked in within a
// minute. Every wait has an end. One thread, but for cut().
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "messages/ids.hpp"
#include "runtime/config/sinks.hpp"
#include "runtime/kernel/time.hpp"

namespace drydock::sinks {

struct Seen {
  ApplianceId appliance;
  WallTime when;
};
struct Count {  // check-ins of an appliance within one minute since 1970
  ApplianceId appliance;
  std::int64_t minute = 0;
  std::uint32_t check_ins = 0;
};

class Cache {
 public:
  static constexpr std::uint32_t pipeline_max = 1'000;  // commands on their way at once
  static constexpr int patience_s = 2;  // for connecting, of each address, and for each answer
  static constexpr std::uint32_t read_max = 4'000'000;  // appliances, as the presence itself

  // No error holds a password.
  static Result<std::unique_ptr<Cache>> open(const config::RedisPlace& place);
  ~Cache();

  // drydock:seen:<appliance>, kept for a week.
  Status put(const std::vector<Seen>& seen);
  // Of all coordinators.
  Result<std::vector<Seen>> seen();
  // Adds to drydock:rate:<appliance>:<minute>, kept for two minutes; answers what they are now.
  Result<std::vector<Count>> add(const std::vector<Count>& counts);
  // From any thread while this lives: what is under way fails soon.
  void cut();

 private:
  struct Parts;
  explicit Cache(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drydock::sinks
