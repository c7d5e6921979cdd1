#pragma once
// What root-helper believes of the documents it is given: nothing but verified signatures. The
// agent passes them on and is not trusted. One thread; nothing blocks.
#include <string>
#include <string_view>

#include "messages/grant.hpp"
#include "messages/manifest.hpp"
#include "messages/stub.hpp"
#include "runtime/boot/helper/refusal.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::boot {

// An order issued this much in our future means that our clock is wrong, so that its expiry cannot
// be judged.
inline constexpr Duration clock_tolerance = minutes(10);

class Orders {
 public:
  Orders(const trust::PublicKey& release_key, const trust::PublicKey& order_key, ApplianceId me);

  // A grant of this kind, for this appliance, that stands at `now`. Replay is the ledger's matter.
  Checked<Grant> open(const Envelope& envelope, GrantKind kind, WallTime now) const;

  struct SignedManifest {
    Manifest manifest;
    Hash hash;  // of the signed payload: what a grant names
  };
  // encoded: the bytes of a manifest's Envelope.
  Checked<SignedManifest> open_manifest(std::string_view encoded) const;
  // encoded: the bytes of an Envelope. Its serial and size are in range; replay is the ledger's.
  Checked<StubOrder> open_stub(std::string_view encoded) const;

 private:
  trust::KeyRing keys_;
  ApplianceId me_;
};

}  // namespace drydock::boot
