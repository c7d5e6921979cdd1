#pragma once
// What operators may ask over HTTPS. One table says which role each path needs; what is not in it
// is denied. Reads look at the machines' stores; every change is an event of a machine.
#include <string_view>
#include <vector>

#include "runtime/centre/machines.hpp"
#include "runtime/centre/names.hpp"
#include "runtime/centre/operator_requests.hpp"
#include "runtime/centre/presence.hpp"
#include "runtime/centre/releases.hpp"
#include "runtime/http/server.hpp"
#include "runtime/shell/turns.hpp"
#include "runtime/trust/peer_identity.hpp"

namespace drydock::centre {

struct OperatorParts {  // all of them outlive the interface
  Machines* machines = nullptr;
  Releases* releases = nullptr;
  Names* names = nullptr;
  Presence* presence = nullptr;
  OperatorRequests* requests = nullptr;
  journal::Journal* journal = nullptr;
  std::function<shell::Moment()> now;
};

struct OperatorCall {  // one request of one operator, already let in by the table
  const http::Request& request;
  const trust::OperatorIdentity& who;
  const std::vector<std::string_view>& path;
};

// Answers one request. Blocks on the disk and on the machines: for a Desk. Any number of threads.
http::Response answer_operator(const OperatorParts& parts, const http::Request& request);

// The hook for http::Server: an operator, by the certificate.
Result<http::Identity> identify_operator(X509* certificate);

// Operators of one client see and move that client alone.
bool may_see(const trust::OperatorIdentity& who, ClientId client);

}  // namespace drydock::centre
