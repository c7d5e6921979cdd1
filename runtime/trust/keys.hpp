#pragma once
// Who may sign what: Ed25519 keys, signed envelopes, and the ring of keys a program trusts.
// The signed bytes are "drydock-envelope-v1" NUL type NUL payload, so that a signature under one
// type is never good under another.
#include <string>
#include <string_view>
#include <vector>

#include "messages/envelope.hpp"
#include "runtime/result.hpp"
#include "runtime/trust/ed25519.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

inline constexpr std::size_t envelope_payload_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t key_ring_entries_max = 64;

// A value; safe from any thread.
class PublicKey {
 public:
  explicit PublicKey(const Ed25519Raw& raw) : raw_(raw) {}
  // Errors: malformed when it is no PEM public key, or not an Ed25519 one.
  static Result<PublicKey> from_pem(std::string_view pem);
  static Result<PublicKey> load(const std::string& path);
  // Mode 0644; refused when the file exists.
  Status save(const std::string& path) const;

  std::string to_pem() const;
  // The first 16 hex digits of SHA-256 over the raw 32 bytes. A name to find the key by: only the
  // signature proves anything.
  std::string key_id() const;
  const Ed25519Raw& raw() const { return raw_; }
  bool operator==(const PublicKey&) const = default;

 private:
  Ed25519Raw raw_;
};

// Owns a private key. Signing is safe from several threads at once.
class SigningKey {
 public:
  static SigningKey generate();
  // Errors: malformed when it is no unencrypted PEM private key, or not an Ed25519 one.
  static Result<SigningKey> from_pem(std::string_view pem);
  static Result<SigningKey> load(const std::string& path);
  // Mode 0600, durable; refused when the file exists.
  Status save(const std::string& path) const;

  std::string to_pem() const;  // the secret itself: for a file of mode 0600 and nothing else
  PublicKey public_key() const { return PublicKey(ed25519_public(*key_)); }
  // `type` is not empty and holds no NUL; the payload is at most envelope_payload_bytes_max.
  Envelope sign(std::string_view type, std::string payload) const;

 private:
  explicit SigningKey(KeyPtr key) : key_(std::move(key)) {}
  KeyPtr key_;
};

// The keys one program trusts, each for one type of envelope; a key for two types is added twice.
// Filled when the program starts, then only read, from any thread.
class KeyRing {
 public:
  // At most key_ring_entries_max in all.
  void add(const PublicKey& key, std::string type);
  // The payload, when the envelope is of this type and a key trusted for this type signed it.
  // Until then nobody has parsed a byte of it.
  // Errors: refused (another type, a key not trusted for it), mismatch (the signature does not fit
  // these bytes), no_space (a payload above the limit).
  Result<std::string> open(const Envelope& envelope, std::string_view type) const;

 private:
  struct Entry {
    PublicKey key;
    std::string key_id;
    std::string type;
  };
  std::vector<Entry> entries_;
};

}  // namespace drydock::trust
