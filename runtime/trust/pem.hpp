#pragma once
// Keys and certificates as PEM text and PEM files. Nothing here ever asks for a passphrase: an
// encrypted key is an error, since a service has nobody to ask.
// Every function is safe from any thread; those that take a path block their caller.
#include <string>
#include <string_view>

#include "runtime/result.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

inline constexpr std::size_t pem_bytes_max = 64 * 1024;
inline constexpr unsigned private_mode = 0600;
inline constexpr unsigned public_mode = 0644;

// Errors: malformed. PKCS #8 and the older forms are read; PKCS #8 is written.
Result<KeyPtr> private_key_from_pem(std::string_view pem);
Result<KeyPtr> public_key_from_pem(std::string_view pem);
Result<CertificatePtr> certificate_from_pem(std::string_view pem);

std::string private_key_pem(const EVP_PKEY& key);
std::string public_key_pem(const EVP_PKEY& key);
std::string certificate_pem(const X509& certificate);

// Errors: those of the file (not_found, io, refused), no_space above pem_bytes_max, malformed;
// each names the path.
Result<KeyPtr> read_private_key(const std::string& path);
Result<KeyPtr> read_public_key(const std::string& path);
Result<CertificatePtr> read_certificate(const std::string& path);

// Durable, and refused when something of that name is there already: a key that was replaced by
// mistake cannot be got back. Two writers of one path at the same moment are not told apart.
Status write_new_file(const std::string& path, std::string_view bytes, unsigned mode);

}  // namespace drydock::trust
