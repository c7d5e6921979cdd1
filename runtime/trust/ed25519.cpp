#include "runtime/trust/ed25519.hpp"

#include <openssl/err.h>

#include "runtime/kernel/assert.hpp"

namespace drydock::trust {

namespace {
const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
}  // namespace

// Without memory or randomness no key is better than a weak one: these stop the program.
KeyPtr ed25519_generate() {
  KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  ASSERT(key);
  return key;
}

KeyPtr ed25519_from_seed(const Ed25519Raw& seed) {
  KeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  ASSERT(key);
  return key;
}

bool is_ed25519(const EVP_PKEY& key) { return EVP_PKEY_get_base_id(&key) == EVP_PKEY_ED25519; }

Ed25519Raw ed25519_public(const EVP_PKEY& key) {
  ASSERT(is_ed25519(key));
  Ed25519Raw raw;
  std::size_t length = raw.size();
  ASSERT(EVP_PKEY_get_raw_public_key(&key, raw.data(), &length) == 1 && length == raw.size());
  return raw;
}

std::string ed25519_sign(EVP_PKEY& key, std::string_view bytes) {
  ASSERT(is_ed25519(key));
  const DigestContextPtr context(EVP_MD_CTX_new());
  ASSERT(context && EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, &key,
                                          nullptr) == 1);
  std::string signature(ed25519_signature_bytes, '\0');
  std::size_t length = signature.size();
  ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                        octets(bytes), bytes.size()) == 1);
  ASSERT(length == signature.size());
  return signature;
}

bool ed25519_verify(const Ed25519Raw& public_key, std::string_view bytes,
                    std::string_view signature) {
  if (signature.size() != ed25519_signature_bytes) return false;
  const KeyPtr key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const DigestContextPtr context(EVP_MD_CTX_new());
  ASSERT(key && context);
  ASSERT(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                                 nullptr) == 1);
  const int verdict = EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                       octets(bytes), bytes.size());
  ERR_clear_error();  // a bad signature is an answer, not an error for the next caller to find
  return verdict == 1;
}

}  // namespace drydock::trust
