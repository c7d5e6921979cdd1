#pragma once
// Who the other end of a TLS connection is, by its client certificate alone.
// Appliance: subject O=<client>, CN=<id>, and the one URI drydock:appliance:<client>/<id>.
// Operator: subject CN=<name>, OU=<role>, O=<client or *>, and no alternative names.
// A certificate that has anything more, less or twice is refused.
#include <string>
#include <string_view>

#include "messages/ids.hpp"
#include "runtime/result.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

struct ApplianceIdentity {
  std::string client;
  ApplianceId id;
  bool operator==(const ApplianceIdentity&) const = default;
};

// What each may do is the operator API's table.
enum class Role { viewer, operator_, approver, admin };

inline constexpr std::string_view all_clients = "*";

struct OperatorIdentity {
  std::string name;
  Role role = Role::viewer;
  std::string client;  // one client, or all_clients
  bool operator==(const OperatorIdentity&) const = default;
  bool may_see(std::string_view other) const { return client == all_clients || client == other; }
};

std::string_view role_name(Role role);  // viewer, operator, approver, admin
Result<Role> parse_role(std::string_view text);
std::string appliance_uri(const ApplianceIdentity& identity);

// What the certificate says. Whether to believe it is the handshake's business: these check form
// and purpose, not the signature or the time. Errors: refused, with what does not fit.
Result<ApplianceIdentity> appliance_identity(const X509& certificate);
Result<OperatorIdentity> operator_identity(const X509& certificate);

// The same for the peer of an established connection; refused as well when the peer sent no
// certificate or TLS did not verify it. Works for resumed sessions too.
Result<ApplianceIdentity> peer_appliance(const SSL& connection);
Result<OperatorIdentity> peer_operator(const SSL& connection);

// Refused unless the message that came over this connection speaks of its own sender.
Status check_claim(const ApplianceIdentity& proven, const ApplianceIdentity& claimed);

}  // namespace drydock::trust
