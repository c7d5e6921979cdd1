#include "runtime/trust/keys.hpp"

#include <utility>

#include <fmt/format.h>

#include "messages/ids.hpp"
#include "runtime/kernel/assert.hpp"
#include "runtime/trust/names.hpp"
#include "runtime/trust/pem.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::trust {

namespace {

constexpr std::string_view context_text = "drydock-envelope-v1";
constexpr std::size_t key_id_digits = 16;

bool is_type(std::string_view type) {
  return !type.empty() && type.find('\0') == std::string_view::npos;
}

std::string signed_bytes(std::string_view type, std::string_view payload) {
  std::string bytes;
  bytes.reserve(context_text.size() + type.size() + payload.size() + 2);
  bytes += context_text;
  bytes += '\0';
  bytes += type;
  bytes += '\0';
  bytes += payload;
  return bytes;
}

Error not_ed25519() { return {ErrorKind::malformed, "a key, but not an Ed25519 one"}; }

}  // namespace

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
  auto key = public_key_from_pem(pem);
  if (!key) return key.error();
  if (!is_ed25519(**key)) return not_ed25519();
  return PublicKey(ed25519_public(**key));
}

Result<PublicKey> PublicKey::load(const std::string& path) {
  auto key = read_public_key(path);
  if (!key) return key.error();
  if (!is_ed25519(**key)) return not_ed25519().in(path);
  return PublicKey(ed25519_public(**key));
}

Status PublicKey::save(const std::string& path) const {
  return write_new_file(path, to_pem(), public_mode);
}

std::string PublicKey::to_pem() const {
  const KeyPtr key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw_.data(), raw_.size()));
  ASSERT(key);
  return public_key_pem(*key);
}

std::string PublicKey::key_id() const {
  const std::string_view bytes(reinterpret_cast<const char*>(raw_.data()), raw_.size());
  return hex(sha256(bytes)).substr(0, key_id_digits);
}

SigningKey SigningKey::generate() { return SigningKey(ed25519_generate()); }

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  auto key = private_key_from_pem(pem);
  if (!key) return key.error();
  if (!is_ed25519(**key)) return not_ed25519();
  return SigningKey(std::move(*key));
}

Result<SigningKey> SigningKey::load(const std::string& path) {
  auto key = read_private_key(path);
  if (!key) return key.error();
  if (!is_ed25519(**key)) return not_ed25519().in(path);
  return SigningKey(std::move(*key));
}

Status SigningKey::save(const std::string& path) const {
  return write_new_file(path, to_pem(), private_mode);
}

std::string SigningKey::to_pem() const { return private_key_pem(*key_); }

Envelope SigningKey::sign(std::string_view type, std::string payload) const {
  ASSERT(is_type(type) && payload.size() <= envelope_payload_bytes_max);
  std::string signature = ed25519_sign(*key_, signed_bytes(type, payload));
  Envelope envelope;
  envelope.type = type;
  envelope.key_id = public_key().key_id();
  envelope.payload = std::move(payload);
  envelope.signature = std::move(signature);
  return envelope;
}

void KeyRing::add(const PublicKey& key, std::string type) {
  ASSERT(is_type(type) && entries_.size() < key_ring_entries_max);
  entries_.push_back({key, key.key_id(), std::move(type)});
}

Result<std::string> KeyRing::open(const Envelope& envelope, std::string_view type) const {
  ASSERT(is_type(type));
  if (envelope.type != type)
    return Error{ErrorKind::refused,
                 fmt::format("the envelope is a '{}', not a '{}'", printable(envelope.type), type)};
  if (envelope.payload.size() > envelope_payload_bytes_max)
    return Error{ErrorKind::no_space,
                 fmt::format("the {} is larger than {} bytes", type, envelope_payload_bytes_max)};
  bool known = false;
  for (const Entry& entry : entries_) {
    if (entry.key_id != envelope.key_id || entry.type != type) continue;
    known = true;
    if (ed25519_verify(entry.key.raw(), signed_bytes(type, envelope.payload), envelope.signature))
      return envelope.payload;
  }
  if (known)
    return Error{ErrorKind::mismatch,
                 fmt::format("the {}'s signature does not fit its bytes: it was altered, or key {} "
                             "did not sign it",
                             type, printable(envelope.key_id))};
  return Error{ErrorKind::refused,
               fmt::format("key {} is not trusted to sign a {}", printable(envelope.key_id), type)};
}

}  // namespace drydock::trust
