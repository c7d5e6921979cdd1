#pragma once
// The folder that makes a box one particular appliance (MSP-DATA, `identity/`):
//   appliance.key appliance.crt   its TLS identity
//   appliance-ca.crt              who must have signed the edge server
//   release.pub order.pub         whose releases it installs, whose grants it obeys
//   identity.json                 {"appliance": "<16 hex digits>", "client": "...", "site": "..."}
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.hpp"
#include "runtime/trust/keys.hpp"
#include "runtime/trust/peer_identity.hpp"

namespace drydock::trust {

namespace identity_file {
inline constexpr std::string_view appliance_key = "appliance.key";
inline constexpr std::string_view appliance_certificate = "appliance.crt";
inline constexpr std::string_view appliance_ca_certificate = "appliance-ca.crt";
inline constexpr std::string_view release_public = "release.pub";
inline constexpr std::string_view order_public = "order.pub";
inline constexpr std::string_view identity = "identity.json";
}  // namespace identity_file

struct ApplianceAssignment {
  ApplianceIdentity appliance;
  std::string site;
};

// Issues the appliance's certificate from the PKI folder and makes its identity folder, all or
// nothing; refused when that is there and not empty. Needs appliance-ca.key.
Status provision(const std::string& pki_folder, const ApplianceAssignment& assignment,
                 std::int64_t now_s, const std::string& identity_folder);

struct Identity {
  ApplianceIdentity appliance;
  std::string site;  // as assigned when provisioned; the registry owns the truth
  std::string key_path;
  std::string certificate_path;
  std::string authority_path;
  PublicKey release_key;
  PublicKey order_key;
  std::int64_t certificate_expiry_s;  // the last good second, UTC since 1970
};

// Errors: those of the files; malformed; mismatch when the pieces are not of one appliance: the key
// is another's, the certificate names another identity, or another authority signed it. Whether the
// certificate has expired is left to the caller, who knows what its clock is worth.
Result<Identity> load_identity(const std::string& identity_folder);

}  // namespace drydock::trust
