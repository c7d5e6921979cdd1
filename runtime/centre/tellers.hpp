#pragma once
// The sinks of this centre: what DATABASE_URL and REDIS_URL are told, and from where it comes.
// Nothing of the centre waits for them.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/centre/machines.hpp"
#include "runtime/centre/names.hpp"
#include "runtime/centre/presence.hpp"
#include "runtime/centre/rate_limit.hpp"
#include "runtime/config/sinks.hpp"
#include "runtime/journal/journal.hpp"
#include "runtime/sinks/cache_sink.hpp"
#include "runtime/sinks/database_sink.hpp"

namespace drydock::centre {

class Tellers {
 public:
  struct Parts {  // all of them outlive this
    Machines* machines = nullptr;
    const Names* names = nullptr;
    Presence* presence = nullptr;
    RateLimit* rate_limit = nullptr;
    journal::Journal* journal = nullptr;
    const journal::DecisionLog* log = nullptr;
    std::function<WallTime()> wall;
  };
  Tellers(const config::Sinks& sinks, const Parts& parts);
  void stop();  // before the machines
  void look();  // every second or so

  struct Named {
    std::string sink;
    sinks::Standing standing;
  };
  std::vector<Named> standings() const;  // of those that are configured

 private:
  std::unique_ptr<sinks::DatabaseSink> database_;
  std::unique_ptr<sinks::CacheSink> cache_;
};

}  // namespace drydock::centre
