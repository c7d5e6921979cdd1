#include "runtime/trust/pem.hpp"

#include <sys/stat.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include "runtime/files/files.hpp"
#include "runtime/kernel/assert.hpp"
#include "runtime/trust/openssl_error.hpp"

namespace drydock::trust {

namespace {

// Without it OpenSSL asks on the terminal, and a daemon waits for ever.
int no_passphrase(char*, int, int, void*) { return -1; }

BioPtr reader(std::string_view pem) {
  ASSERT(pem.size() <= pem_bytes_max);
  BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  ASSERT(bio);
  return bio;
}

template <class Write>
std::string written(Write write) {
  BioPtr bio(BIO_new(BIO_s_secmem()));  // a private key's bytes are wiped when the buffer goes
  ASSERT(bio && write(bio.get()) == 1);
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  ASSERT(length > 0);
  return {bytes, static_cast<std::size_t>(length)};
}

Error too_large() {
  return {ErrorKind::no_space, fmt::format("more than {} bytes of PEM", pem_bytes_max)};
}

template <class Parse>
auto read_and_parse(const std::string& path, Parse parse) -> decltype(parse(std::string_view())) {
  auto pem = files::read(path, pem_bytes_max);
  if (!pem) return pem.error();
  auto parsed = parse(std::string_view(*pem));
  OPENSSL_cleanse(pem->data(), pem->size());
  if (!parsed) return std::move(parsed).error().in(path);
  return parsed;
}

}  // namespace

Result<KeyPtr> private_key_from_pem(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return too_large();
  const BioPtr bio = reader(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return openssl_error(ErrorKind::malformed, "no unencrypted PEM private key in it");
  return key;
}

Result<KeyPtr> public_key_from_pem(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return too_large();
  const BioPtr bio = reader(pem);
  KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return openssl_error(ErrorKind::malformed, "no PEM public key in it");
  return key;
}

Result<CertificatePtr> certificate_from_pem(std::string_view pem) {
  if (pem.size() > pem_bytes_max) return too_large();
  const BioPtr bio = reader(pem);
  CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
  if (!certificate) return openssl_error(ErrorKind::malformed, "no PEM certificate in it");
  return certificate;
}

std::string private_key_pem(const EVP_PKEY& key) {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string public_key_pem(const EVP_PKEY& key) {
  return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, &key); });
}

std::string certificate_pem(const X509& certificate) {
  return written([&](BIO* bio) { return PEM_write_bio_X509(bio, &certificate); });
}

Result<KeyPtr> read_private_key(const std::string& path) {
  return read_and_parse(path, private_key_from_pem);
}

Result<KeyPtr> read_public_key(const std::string& path) {
  return read_and_parse(path, public_key_from_pem);
}

Result<CertificatePtr> read_certificate(const std::string& path) {
  return read_and_parse(path, certificate_from_pem);
}

Status write_new_file(const std::string& path, std::string_view bytes, unsigned mode) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0)
    return Error{ErrorKind::refused,
                 fmt::format("{} exists and is not overwritten: move it away first", path)};
  if (errno != ENOENT) return files::last_error("looking for", path);
  return files::replace_durably(path, bytes, mode);
}

}  // namespace drydock::trust
