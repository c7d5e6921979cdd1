#include "runtime/trust/pki.hpp"

#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>

#include "runtime/trust/names.hpp"
#include "runtime/trust/pem.hpp"

namespace drydock::trust {

Result<CertificateAuthority> CertificateAuthority::create(const std::string& common_name,
                                                          const Validity& validity) {
  CertificateShape shape;
  shape.subject = {{"CN", common_name}};
  shape.use = CertificateUse::authority;
  shape.validity = validity;
  KeyPtr key = generate_p256();
  auto certificate = make_certificate(shape, *key, nullptr, *key);
  if (!certificate) return std::move(certificate).error().in("making authority " + common_name);
  return CertificateAuthority(std::move(key), std::move(*certificate));
}

Result<CertificateAuthority> CertificateAuthority::load(const std::string& certificate_path,
                                                        const std::string& key_path) {
  auto certificate = read_certificate(certificate_path);
  if (!certificate) return certificate.error();
  auto key = read_private_key(key_path);
  if (!key) return key.error();
  if (X509_check_ca(certificate->get()) != 1)
    return Error{ErrorKind::refused,
                 fmt::format("{} is not an authority's certificate", certificate_path)};
  if (X509_check_private_key(certificate->get(), key->get()) != 1) {
    ERR_clear_error();
    return Error{ErrorKind::mismatch,
                 fmt::format("{} is not the key of {}", key_path, certificate_path)};
  }
  return CertificateAuthority(std::move(*key), std::move(*certificate));
}

Status CertificateAuthority::save(const std::string& certificate_path,
                                  const std::string& key_path) const {
  if (auto s = write_new_file(key_path, key_pem(), private_mode); !s) return s;
  return write_new_file(certificate_path, certificate_pem(), public_mode);
}

Result<IssuedCertificate> CertificateAuthority::issue_server(const ServerName& name,
                                                             const Validity& validity) const {
  if (name.dns_names.empty() && name.ip_addresses.empty())
    return Error{ErrorKind::malformed,
                 "a server certificate needs a host name or an IP address that clients use"};
  if (auto s = check_name("server", name.common_name); !s) return s.error();
  for (const std::string& dns : name.dns_names)
    if (auto s = check_host_name(dns); !s) return s.error();
  CertificateShape shape;
  shape.subject = {{"CN", name.common_name}};
  shape.dns_names = name.dns_names;
  shape.ip_addresses = name.ip_addresses;
  shape.use = CertificateUse::server;
  shape.validity = validity;
  return issue(shape);
}

Result<IssuedCertificate> CertificateAuthority::issue_appliance(const ApplianceIdentity& identity,
                                                                const Validity& validity) const {
  if (auto s = check_name("client", identity.client); !s) return s.error();
  if (!identity.id) return Error{ErrorKind::malformed, "appliance id 0 means none"};
  CertificateShape shape;
  shape.subject = {{"O", identity.client}, {"CN", hex(identity.id.value)}};
  shape.uris = {appliance_uri(identity)};
  shape.use = CertificateUse::client;
  shape.validity = validity;
  return issue(shape);
}

Result<IssuedCertificate> CertificateAuthority::issue_operator(const OperatorIdentity& identity,
                                                               const Validity& validity) const {
  if (auto s = check_name("operator", identity.name); !s) return s.error();
  if (identity.client != all_clients)
    if (auto s = check_name("client", identity.client); !s) return s.error();
  CertificateShape shape;
  shape.subject = {
      {"O", identity.client}, {"OU", std::string(role_name(identity.role))}, {"CN", identity.name}};
  shape.use = CertificateUse::client;
  shape.validity = validity;
  return issue(shape);
}

Result<IssuedCertificate> CertificateAuthority::issue(const CertificateShape& shape) const {
  const KeyPtr key = generate_p256();
  auto made = make_certificate(shape, *key, certificate_.get(), *key_);
  if (!made) return made.error();
  return IssuedCertificate{private_key_pem(*key), trust::certificate_pem(**made)};
}

std::string CertificateAuthority::certificate_pem() const {
  return trust::certificate_pem(*certificate_);
}

std::string CertificateAuthority::key_pem() const { return private_key_pem(*key_); }

}  // namespace drydock::trust
