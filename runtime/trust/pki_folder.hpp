#pragma once
// The folder that `drydock pki init` makes: everything an installation's trust begins with.
//   release.key release.pub            signs releases; belongs off the centre's machines
//   order.key order.pub                signs grants; the centre holds it
//   appliance-ca.key appliance-ca.crt  signs appliances and the edge server
//   operator-ca.key operator-ca.crt    signs operators and the operator server
//   edge.key edge.crt                  the edge server, for appliances
//   operator.key operator.crt          the operator server
//   admin.key admin.crt                the first operator: role admin, every client
// The first four are four different secrets, so that the loss of one is not the loss of the others.
// Keys are 0600, the rest 0644, the folder 0700.
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.hpp"
#include "runtime/trust/pki.hpp"

namespace drydock::trust {

namespace pki_file {
inline constexpr std::string_view release_key = "release.key";
inline constexpr std::string_view release_public = "release.pub";
inline constexpr std::string_view order_key = "order.key";
inline constexpr std::string_view order_public = "order.pub";
inline constexpr std::string_view appliance_ca_key = "appliance-ca.key";
inline constexpr std::string_view appliance_ca_certificate = "appliance-ca.crt";
inline constexpr std::string_view operator_ca_key = "operator-ca.key";
inline constexpr std::string_view operator_ca_certificate = "operator-ca.crt";
inline constexpr std::string_view edge_key = "edge.key";
inline constexpr std::string_view edge_certificate = "edge.crt";
inline constexpr std::string_view operator_key = "operator.key";
inline constexpr std::string_view operator_certificate = "operator.crt";
inline constexpr std::string_view admin_key = "admin.key";
inline constexpr std::string_view admin_certificate = "admin.crt";
}  // namespace pki_file

inline constexpr std::int64_t day_s = 24 * 60 * 60;
// Certificates begin a day before they are made, for peers whose clock is behind.
inline constexpr std::int64_t clock_slack_s = day_s;
inline constexpr std::int64_t authority_validity_s = 20 * 365 * day_s;
inline constexpr std::int64_t appliance_validity_s = 10 * 365 * day_s;
inline constexpr std::int64_t server_validity_s = 5 * 365 * day_s;
inline constexpr std::int64_t operator_validity_s = 2 * 365 * day_s;

struct PkiRequest {
  ServerName edge;             // common name, and the names and addresses appliances will use
  ServerName operator_server;  // the same for operators
  std::string admin_name = "admin";
  std::int64_t now_s = 0;  // UTC since 1970
};

// All or nothing: a failed run leaves no folder. Refused when the folder is there and not empty.
Status create_pki(const std::string& folder, const PkiRequest& request);

std::string pki_path(const std::string& folder, std::string_view file);

}  // namespace drydock::trust
