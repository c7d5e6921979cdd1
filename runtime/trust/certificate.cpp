#include "runtime/trust/certificate.hpp"

#include <array>
#include <ctime>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "runtime/kernel/assert.hpp"
#include "runtime/trust/openssl_error.hpp"

namespace drydock::trust {

namespace {

constexpr std::size_t serial_bytes = 16;
constexpr std::int64_t year_10000_s = 253'402'300'800;  // X.509 writes years with four digits

Status set_serial(X509& certificate) {
  std::array<unsigned char, serial_bytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return openssl_error(ErrorKind::io, "drawing a serial number");
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive, full length
  const OpensslPtr<BIGNUM, BN_free> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  ASSERT(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)));
  return Done{};
}

Status set_validity(X509& certificate, const Validity& validity) {
  if (validity.from_s < 0 || validity.from_s > validity.to_s || validity.to_s >= year_10000_s)
    return Error{ErrorKind::malformed,
                 fmt::format("a certificate cannot be good from {} to {} (seconds since 1970)",
                             validity.from_s, validity.to_s)};
  const bool set = ASN1_TIME_set(X509_getm_notBefore(&certificate), validity.from_s) != nullptr &&
                   ASN1_TIME_set(X509_getm_notAfter(&certificate), validity.to_s) != nullptr;
  if (!set) return openssl_error(ErrorKind::malformed, "setting the certificate's validity");
  return Done{};
}

Status set_subject(X509& certificate, const std::vector<SubjectPart>& parts) {
  X509_NAME* name = X509_get_subject_name(&certificate);
  for (const SubjectPart& part : parts) {
    const auto* value = reinterpret_cast<const unsigned char*>(part.value.data());
    if (X509_NAME_add_entry_by_txt(name, part.field.c_str(), MBSTRING_UTF8, value,
                                   static_cast<int>(part.value.size()), -1, 0) != 1)
      return openssl_error(ErrorKind::malformed,
                           fmt::format("the subject's {} '{}'", part.field, part.value));
  }
  return Done{};
}

Status add_extension(X509& certificate, const X509& issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, const_cast<X509*>(&issuer), &certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  if (!extension || X509_add_ext(&certificate, extension.get(), -1) != 1)
    return openssl_error(ErrorKind::malformed, fmt::format("the extension {}", OBJ_nid2sn(nid)));
  return Done{};
}

Status add_extensions(X509& certificate, const X509& issuer, CertificateUse use) {
  const bool authority = use == CertificateUse::authority;
  struct Extension {
    int nid;
    const char* value;
  };
  const std::array<Extension, 5> extensions{{
      {NID_basic_constraints, authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"},
      {NID_key_usage, authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"},
      {NID_subject_key_identifier, "hash"},
      {NID_authority_key_identifier, authority ? nullptr : "keyid:always"},
      {NID_ext_key_usage, authority                       ? nullptr
                          : use == CertificateUse::server ? "critical,serverAuth"
                                                          : "critical,clientAuth"},
  }};
  for (const Extension& extension : extensions) {
    if (extension.value == nullptr) continue;
    if (auto s = add_extension(certificate, issuer, extension.nid, extension.value); !s) return s;
  }
  return Done{};
}

// The name takes ownership of its content, so content is made right before it is handed over.
Status push_text(GENERAL_NAMES& names, int type, const std::string& value) {
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASSERT(text && name);
  ASSERT(ASN1_STRING_set(text, value.data(), static_cast<int>(value.size())) == 1);
  GENERAL_NAME_set0_value(name, type, text);
  ASSERT(sk_GENERAL_NAME_push(&names, name) > 0);
  return Done{};
}

Status push_address(GENERAL_NAMES& names, const std::string& value) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(value.c_str());
  if (address == nullptr) {
    ERR_clear_error();
    return Error{ErrorKind::malformed, fmt::format("'{}' is not an IP address", value)};
  }
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASSERT(name);
  GENERAL_NAME_set0_value(name, GEN_IPADD, address);
  ASSERT(sk_GENERAL_NAME_push(&names, name) > 0);
  return Done{};
}

// Built from values, never from OpenSSL's configuration text, where a comma in a name would begin
// another name.
Status add_alternatives(X509& certificate, const CertificateShape& shape) {
  const std::size_t count = shape.dns_names.size() + shape.ip_addresses.size() + shape.uris.size();
  if (count == 0) return Done{};
  if (count > subject_alternatives_max)
    return Error{ErrorKind::no_space, fmt::format("{} names in one certificate; {} are allowed",
                                                  count, subject_alternatives_max)};
  const GeneralNamesPtr names(GENERAL_NAMES_new());
  ASSERT(names);
  for (const auto& dns : shape.dns_names)
    if (auto s = push_text(*names, GEN_DNS, dns); !s) return s;
  for (const auto& address : shape.ip_addresses)
    if (auto s = push_address(*names, address); !s) return s;
  for (const auto& uri : shape.uris)
    if (auto s = push_text(*names, GEN_URI, uri); !s) return s;
  if (X509_add1_ext_i2d(&certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) !=
      1)
    return openssl_error(ErrorKind::malformed, "the subject's alternative names");
  return Done{};
}

}  // namespace

KeyPtr generate_p256() {
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  ASSERT(key);
  return key;
}

Result<CertificatePtr> make_certificate(const CertificateShape& shape, const EVP_PKEY& subject_key,
                                        const X509* issuer, const EVP_PKEY& issuer_key) {
  CertificatePtr certificate(X509_new());
  ASSERT(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  // OpenSSL 3 takes keys without const here and only counts references on them.
  auto* subject_public = const_cast<EVP_PKEY*>(&subject_key);
  auto* signer = const_cast<EVP_PKEY*>(&issuer_key);
  ASSERT(X509_set_pubkey(certificate.get(), subject_public) == 1);
  if (auto s = set_serial(*certificate); !s) return s.error();
  if (auto s = set_validity(*certificate, shape.validity); !s) return s.error();
  if (auto s = set_subject(*certificate, shape.subject); !s) return s.error();
  const X509* signed_by = issuer != nullptr ? issuer : certificate.get();
  ASSERT(X509_set_issuer_name(certificate.get(), X509_get_subject_name(signed_by)) == 1);
  if (auto s = add_extensions(*certificate, *signed_by, shape.use); !s) return s.error();
  if (auto s = add_alternatives(*certificate, shape); !s) return s.error();
  if (X509_sign(certificate.get(), signer, EVP_sha256()) == 0)
    return openssl_error(ErrorKind::io, "signing the certificate");
  return certificate;
}

Result<std::int64_t> certificate_expiry_s(const X509& certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &utc) != 1)
    return openssl_error(ErrorKind::malformed, "reading the certificate's expiry");
  return static_cast<std::int64_t>(::timegm(&utc));
}

}  // namespace drydock::trust
