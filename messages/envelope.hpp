#pragma once
// A signed document. Only `payload` is signed-for content, and it is parsed only after
// runtime/trust has verified the signature for exactly this type.
#include <string>

#include "messages/fields.hpp"

namespace drydock {

struct Envelope {
  static constexpr const char* name = "Envelope";
  std::string type;       // what the payload is: "release-manifest", "grant"
  std::string key_id;     // 16 hex digits naming the public key
  std::string payload;    // encoded bytes of the document
  std::string signature;  // Ed25519, 64 bytes
  static constexpr auto fields() {
    return std::tuple{field<1>("type", &Envelope::type), field<2>("key_id", &Envelope::key_id),
                      field<3>("payload", &Envelope::payload),
                      field<4>("signature", &Envelope::signature)};
  }
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

inline constexpr std::string_view manifest_envelope_type = "release-manifest";
inline constexpr std::string_view grant_envelope_type = "grant";

}  // namespace drydock
