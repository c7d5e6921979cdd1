#pragma once
// SHA-256 (FIPS 180-4) in one call or in pieces; hex(Hash) in messages/ids.hpp is its text form.
#include <string_view>

#include "messages/ids.hpp"
#include "runtime/trust/openssl_ptr.hpp"

namespace drydock::trust {

// One hash in the making. Used by one thread at a time; allocates once, when made.
class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  // The digest of everything since the start or the last finish(); starts a new hash.
  Hash finish();

 private:
  DigestContextPtr context_;
};

Hash sha256(std::string_view bytes);

}  // namespace drydock::trust
