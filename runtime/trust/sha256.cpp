#include "runtime/trust/sha256.hpp"

#include "runtime/kernel/assert.hpp"

namespace drydock::trust {

namespace {

// Fetched once: a fetch at every hash costs more than hashing a small record.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

}  // namespace

// The default provider always has SHA-256, so these calls fail only when memory is gone.
Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  ASSERT(context_ && EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
  ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Hash Sha256::finish() {
  Hash digest;
  unsigned length = 0;
  ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
  ASSERT(length == digest.size());
  ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1);
  return digest;
}

Hash sha256(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace drydock::trust
