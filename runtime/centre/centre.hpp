#pragma once
// The centre on one machine, put together: journal, machines, listeners.
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/config/coordinator.hpp"
#include "runtime/config/sinks.hpp"
#include "runtime/result.hpp"

namespace drydock::centre {

struct CentreOptions {
  config::CoordinatorConfig config;  // where data and keys lie, where to listen
  std::uint64_t download_rate = 0;   // bytes a second of one answer; 0: no limit of its own
  config::Sinks sinks;               // whom to tell; none by default
  int edge_socket = -1;              // already listens for appliances; -1: config.edge says where
};

struct Ports {  // what was listened on in the end
  std::uint16_t edge = 0, operators = 0, http = 0;
};

class Centre {
 public:
  // Recovers what the data folder remembers, tells the machines every decision they have not
  // applied, and only then listens; the ports are in <data>/ports.json when it returns. Errors say
  // which file, folder or address it was.
  static Result<std::unique_ptr<Centre>> open(const CentreOptions& options);
  ~Centre();  // stop()

  Ports ports() const;
  // About once a second, from one thread: keeps the clock's promise, prods the actors, and reads on
  // in the decision log.
  void tick();
  // Stops listening, lets what is being answered end, makes everything durable. From the thread
  // that ticks; a second call does nothing.
  void stop();

 private:
  struct Parts;
  explicit Centre(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace drydock::centre
