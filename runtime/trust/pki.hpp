#pragma once
// The certificate authorities of an installation and what they issue. The appliance authority signs
// appliances and the edge server, the operator authority operators and the operator server; neither
// can sign for the other's listener.
#include <string>
#include <string_view>
#include <vector>

#include "runtime/result.hpp"
#include "runtime/trust/certificate.hpp"
#include "runtime/trust/peer_identity.hpp"

namespace drydock::trust {

struct ServerName {
  std::string common_name;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
};

// A fresh P-256 key and its certificate.
struct IssuedCertificate {
  std::string key_pem;
  std::string certificate_pem;
};

// Owns the authority's private key. Issuing is safe from several threads at once.
class CertificateAuthority {
 public:
  static Result<CertificateAuthority> create(const std::string& common_name,
                                             const Validity& validity);
  // Errors: those of the files; mismatch when key and certificate are not a pair; refused when the
  // certificate is not an authority's.
  static Result<CertificateAuthority> load(const std::string& certificate_path,
                                           const std::string& key_path);
  // Key 0600, certificate 0644, durable; refused when either exists.
  Status save(const std::string& certificate_path, const std::string& key_path) const;

  // Errors of all three: malformed for a name that does not fit or a validity that ends before it
  // begins. A validity in the past is issued as asked.
  Result<IssuedCertificate> issue_server(const ServerName& name, const Validity& validity) const;
  Result<IssuedCertificate> issue_appliance(const ApplianceIdentity& identity,
                                            const Validity& validity) const;
  Result<IssuedCertificate> issue_operator(const OperatorIdentity& identity,
                                           const Validity& validity) const;
  // Whatever the shape says, checked by nobody: the three above are how certificates are made.
  Result<IssuedCertificate> issue(const CertificateShape& shape) const;

  std::string certificate_pem() const;
  std::string key_pem() const;  // the secret itself: for a file of mode 0600 and nothing else
  const X509& certificate() const { return *certificate_; }

 private:
  CertificateAuthority(KeyPtr key, CertificatePtr certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}
  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace drydock::trust
