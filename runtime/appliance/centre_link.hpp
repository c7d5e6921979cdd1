#pragma once
// The appliance's line to the centre: check-ins and manifests. Blocking; one thread at a time.
// Every signed thing is verified here before a machine hears of it.
#include <memory>
#include <optional>

#include "messages/appliance.hpp"
#include "messages/manifest.hpp"
#include "runtime/appliance/envelope_files.hpp"
#include "runtime/http/client.hpp"
#include "runtime/trust/keys.hpp"

namespace drydock::appliance {

struct CheckInReply {
  Answer answer;                      // its grant verified, or empty
  std::optional<OrderDenied> denied;  // an order came whose signature or form is wrong
};

class CentreLink {
 public:
  CentreLink(std::unique_ptr<http::Client> client, const trust::KeyRing& keys, EnvelopeFiles orders)
      : client_(std::move(client)), keys_(keys), orders_(std::move(orders)) {}

  // A followed order's envelope is on disk before this returns it.
  Result<CheckInReply> check_in(const CheckIn& message);

 private:
  std::unique_ptr<http::Client> client_;
  const trust::KeyRing& keys_;
  EnvelopeFiles orders_;
};

// The grant in an envelope, when the order key signed it. refused: it did not; malformed: no grant.
Result<Grant> open_grant(const trust::KeyRing& keys, const Envelope& envelope);

// GET of a manifest by its hash: signature, hash and form are checked. refused or mismatch: it is
// not the one that was granted; other errors are the line's.
Result<Envelope> fetch_manifest(http::Client& client, const trust::KeyRing& keys, const Hash& hash);
// The manifest in an envelope that fetch_manifest has accepted, or one read back from disk.
Result<Manifest> open_manifest(const trust::KeyRing& keys, const Envelope& envelope,
                               const Hash& hash);

}  // namespace drydock::appliance
