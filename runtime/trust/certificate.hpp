#pragma once
// X.509 v3 certificates as Drydock makes them: P-256 keys, ECDSA with SHA-256, one purpose each.
// pki.hpp says which ones there are; this file only makes what it is told to.
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/result.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

// UTC seconds since 1970, both ends included.
struct Validity {
  std::int64_t from_s = 0;
  std::int64_t to_s = 0;
};

enum class CertificateUse {
  authority,  // signs other certificates, path length 0: none of those signs further ones
  server,
  client,
};

struct SubjectPart {
  std::string field;  // OpenSSL's short name: CN, O, OU
  std::string value;
};

struct CertificateShape {
  std::vector<SubjectPart> subject;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::vector<std::string> uris;
  CertificateUse use = CertificateUse::client;
  Validity validity;
};

inline constexpr std::size_t subject_alternatives_max = 64;

KeyPtr generate_p256();

// Null issuer: self-signed, and issuer_key is the private half of subject_key.
// Errors: malformed for an address, a validity or a subject that no certificate can carry.
Result<CertificatePtr> make_certificate(const CertificateShape& shape, const EVP_PKEY& subject_key,
                                        const X509* issuer, const EVP_PKEY& issuer_key);

// The last second in which the certificate is good, UTC since 1970.
Result<std::int64_t> certificate_expiry_s(const X509& certificate);

}  // namespace drydock::trust
