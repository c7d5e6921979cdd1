#pragma once
// The edge: what appliances may ask. Their certificate says who they are; the machines decide what
// they get; here bytes become events and effects become signed bytes.
#include <map>
#include <mutex>

#include "runtime/centre/machines.hpp"
#include "runtime/centre/presence.hpp"
#include "runtime/centre/rate_limit.hpp"
#include "runtime/centre/releases.hpp"
#include "runtime/centre/request_ids.hpp"
#include "runtime/http/server.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::centre {

class Edge {
 public:
  // Check-ins that wait for the machines; more are told to come back. Above what the gateway lets
  // in, so that it is the gateway who decides.
  static constexpr std::size_t waiting_max = 32'768;

  struct Parts {  // all of them outlive this
    Machines* machines = nullptr;
    Releases* releases = nullptr;
    Presence* presence = nullptr;
    RateLimit* rate_limit = nullptr;
    RequestIds* ids = nullptr;
    std::function<WallTime()> wall;
    std::uint64_t download_rate = 0;  // bytes a second of one answer; 0: as fast as it goes
  };
  Edge(Parts parts, trust::SigningKey order_key);

  // On a server's thread; never blocks.
  void take(http::Request request, http::Responder responder);
  // Effects of the gateway, on its thread.
  void respond(const Gateway::Respond& effect);
  void refuse(const Gateway::Refuse& effect);

 private:
  void check_in(const http::Request& request, http::Responder responder);
  http::Response release_file(const http::Request& request) const;
  std::optional<http::Responder> take_waiting(RequestId id);

  const Parts parts_;
  const trust::SigningKey order_key_;
  std::mutex mutex_;
  std::map<RequestId, http::Responder> waiting_;
};

// The hook for http::Server: an appliance, by its certificate.
Result<http::Identity> identify_appliance(X509* certificate);

}  // namespace drydock::centre
