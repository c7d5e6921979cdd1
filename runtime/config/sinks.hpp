#pragma once
// Where the coordinator also tells what it knows: DATABASE_URL and REDIS_URL of its environment, as
// the seed's stack sets them. Both are optional; without them everything is embedded.
#include <cstdint>
#include <optional>
#include <string>

#include "runtime/config/agent.hpp"
#include "runtime/result.hpp"

namespace drydock::config {

struct RedisPlace {
  std::string host;  // empty: `socket` is used
  std::uint16_t port = 6379;
  std::string socket;          // path of a Unix socket
  std::string user, password;  // either may be empty
  std::uint32_t database = 0;
};

struct Sinks {
  std::string database;  // a connection URI of libpq; empty: none
  std::optional<RedisPlace> redis;
};

inline constexpr const char* kDatabaseForm = "postgresql://user:password@host:5432/database";
inline constexpr const char* kRedisForm =
    "redis://[[user]:password@]host[:port][/database] or "
    "unix://[[user]:password@]/path/of/redis.sock";

// Every problem is told at once. No message holds a password, nor anything else of the URL.
Result<Sinks> sinks_of(const Environment& from);

}  // namespace drydock::config
