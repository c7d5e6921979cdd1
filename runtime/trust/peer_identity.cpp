#include "runtime/trust/peer_identity.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>

#include "runtime/trust/names.hpp"
#include "runtime/trust/openssl_error.hpp"

namespace drydock::trust {

namespace {

constexpr std::array<std::pair<Role, std::string_view>, 4> roles{{
    {Role::viewer, "viewer"},
    {Role::operator_, "operator"},
    {Role::approver, "approver"},
    {Role::admin, "admin"},
}};

Error refused(std::string text) {
  return {ErrorKind::refused, "the peer's certificate " + std::move(text)};
}

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// The value of a field; check_subject_size has seen to it that none comes twice. Names are plain
// ASCII, which only these two forms carry as it is.
Result<std::string> subject_field(const X509& certificate, int nid) {
  const X509_NAME* name = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return refused(fmt::format("has no {} in its subject", OBJ_nid2sn(nid)));
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  const int type = ASN1_STRING_type(value);
  if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING)
    return refused(fmt::format("writes its {} in an unusual form", OBJ_nid2sn(nid)));
  return std::string(text_of(value));
}

// As many fields as are then asked for by name: so each is there once, and nothing else is.
Status check_subject_size(const X509& certificate, int fields) {
  if (X509_NAME_entry_count(X509_get_subject_name(&certificate)) == fields) return Done{};
  return refused(fmt::format("does not have exactly {} subject fields", fields));
}

// A client's certificate and nothing else: an authority, or the server certificate that the same
// authority signed, is nobody's identity.
Status check_client_use(const X509& certificate) {
  auto* subject = const_cast<X509*>(&certificate);  // OpenSSL caches the parsed extensions in it
  if (X509_check_ca(subject) != 0) return refused("is an authority's");
  int critical = 0;
  const ExtendedKeyUsagePtr uses(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(&certificate, NID_ext_key_usage, &critical, nullptr)));
  ERR_clear_error();
  if (!uses || sk_ASN1_OBJECT_num(uses.get()) != 1 ||
      OBJ_obj2nid(sk_ASN1_OBJECT_value(uses.get(), 0)) != NID_client_auth)
    return refused("is not for clients alone");
  return Done{};
}

// `wanted` is the only alternative name there may be; empty: none at all.
Status check_alternatives(const X509& certificate, std::string_view wanted) {
  const bool present = X509_get_ext_by_NID(&certificate, NID_subject_alt_name, -1) >= 0;
  if (!present && wanted.empty()) return Done{};
  if (present && wanted.empty()) return refused("has alternative names, an operator's has none");
  int critical = 0;
  const GeneralNamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, &critical, nullptr)));
  ERR_clear_error();
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1)
    return refused("does not have exactly one alternative name");
  int type = -1;
  const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), 0), &type);
  if (type != GEN_URI || text_of(static_cast<const ASN1_STRING*>(value)) != wanted)
    return refused(fmt::format("names another identity than its subject, {}", wanted));
  return Done{};
}

Result<CertificatePtr> verified_peer(const SSL& connection) {
  CertificatePtr certificate(SSL_get1_peer_certificate(&connection));
  if (!certificate) return Error{ErrorKind::refused, "the peer sent no certificate"};
  const long verdict = SSL_get_verify_result(&connection);
  if (verdict != X509_V_OK)
    return refused(fmt::format("did not verify: {}", X509_verify_cert_error_string(verdict)));
  return certificate;
}

}  // namespace

std::string_view role_name(Role role) {
  for (const auto& [value, name] : roles)
    if (value == role) return name;
  ASSERT(false);
  return {};
}

Result<Role> parse_role(std::string_view text) {
  for (const auto& [value, name] : roles)
    if (name == text) return value;
  return Error{ErrorKind::malformed,
               "not a role: use viewer, operator, approver or admin, in lower case"};
}

std::string appliance_uri(const ApplianceIdentity& identity) {
  return fmt::format("drydock:appliance:{}/{}", identity.client, hex(identity.id.value));
}

Result<ApplianceIdentity> appliance_identity(const X509& certificate) {
  if (auto s = check_client_use(certificate); !s) return s.error();
  if (auto s = check_subject_size(certificate, 2); !s) return s.error();
  auto client = subject_field(certificate, NID_organizationName);
  if (!client) return client.error();
  auto id_text = subject_field(certificate, NID_commonName);
  if (!id_text) return id_text.error();
  if (auto s = check_name("client", *client); !s) return refused("is refused: " + s.error().text);
  const auto id = parse_appliance_id(*id_text);
  if (!id) return refused("is refused: " + id.error().text);
  ApplianceIdentity identity{std::move(*client), *id};
  if (auto s = check_alternatives(certificate, appliance_uri(identity)); !s) return s.error();
  return identity;
}

Result<OperatorIdentity> operator_identity(const X509& certificate) {
  if (auto s = check_client_use(certificate); !s) return s.error();
  if (auto s = check_subject_size(certificate, 3); !s) return s.error();
  auto name = subject_field(certificate, NID_commonName);
  if (!name) return name.error();
  auto role_text = subject_field(certificate, NID_organizationalUnitName);
  if (!role_text) return role_text.error();
  auto client = subject_field(certificate, NID_organizationName);
  if (!client) return client.error();
  if (auto s = check_name("operator", *name); !s) return refused("is refused: " + s.error().text);
  const auto role = parse_role(*role_text);
  if (!role) return refused("is refused: " + role.error().text);
  if (*client != all_clients)
    if (auto s = check_name("client", *client); !s) return refused("is refused: " + s.error().text);
  if (auto s = check_alternatives(certificate, {}); !s) return s.error();
  return OperatorIdentity{std::move(*name), *role, std::move(*client)};
}

Result<ApplianceIdentity> peer_appliance(const SSL& connection) {
  auto certificate = verified_peer(connection);
  if (!certificate) return certificate.error();
  return appliance_identity(**certificate);
}

Result<OperatorIdentity> peer_operator(const SSL& connection) {
  auto certificate = verified_peer(connection);
  if (!certificate) return certificate.error();
  return operator_identity(**certificate);
}

Status check_claim(const ApplianceIdentity& proven, const ApplianceIdentity& claimed) {
  if (proven == claimed) return Done{};
  return Error{ErrorKind::refused,
               fmt::format("the certificate is appliance {}'s of client {}, not appliance {}'s",
                           hex(proven.id.value), proven.client, hex(claimed.id.value))};
}

}  // namespace drydock::trust
