#pragma once
// Ed25519 (RFC 8032, the pure form) over plain bytes. Whoever signs a message adds its own context
// first: see keys.hpp.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/result.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

using Ed25519Raw = std::array<std::uint8_t, 32>;  // a seed, or a public point
inline constexpr std::size_t ed25519_signature_bytes = 64;

KeyPtr ed25519_generate();
KeyPtr ed25519_from_seed(const Ed25519Raw& seed);
bool is_ed25519(const EVP_PKEY& key);

// The key must be Ed25519, a private one to sign with.
Ed25519Raw ed25519_public(const EVP_PKEY& key);
std::string ed25519_sign(EVP_PKEY& key, std::string_view bytes);

// False for anything that is not a good signature, of whatever length.
bool ed25519_verify(const Ed25519Raw& public_key, std::string_view bytes,
                    std::string_view signature);

}  // namespace drydock::trust
