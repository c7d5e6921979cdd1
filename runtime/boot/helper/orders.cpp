#include "runtime/boot/helper/orders.hpp"

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::boot {

Orders::Orders(const trust::PublicKey& release_key, const trust::PublicKey& order_key,
               ApplianceId me)
    : me_(me) {
  keys_.add(release_key, std::string(manifest_envelope_type));
  keys_.add(release_key, std::string(stub_envelope_type));
  keys_.add(order_key, std::string(grant_envelope_type));
}

Checked<Grant> Orders::open(const Envelope& envelope, GrantKind kind, WallTime now) const {
  auto payload = keys_.open(envelope, grant_envelope_type);
  if (!payload) return Refusal{Reason::helper_refused, payload.error().in("order")};
  Grant grant;
  if (!decode_from(*payload, grant))
    return Refusal{Reason::helper_refused, {ErrorKind::malformed, "order: its bytes do not parse"}};
  if (grant.kind != kind)
    return refuse(Reason::helper_refused, kind == GrantKind::install
                                              ? "the order does not permit an install"
                                              : "the order does not permit a reboot");
  if (grant.appliance != me_)
    return refuse(Reason::foreign, fmt::format("the order is for appliance {}, this is {}",
                                               hex(grant.appliance.value), hex(me_.value)));
  if (!grant.order || !grant.update || grant.expires <= grant.issued)
    return Refusal{Reason::helper_refused,
                   {ErrorKind::malformed, "order: its number, update or validity is missing"}};
  if (now + clock_tolerance < grant.issued)
    return refuse(Reason::clock_untrusted,
                  "the order was issued in the future of this clock; set the clock first");
  if (now >= grant.expires)
    return refuse(Reason::expired, fmt::format("order {} expired {} s ago", grant.order.value,
                                               (now - grant.expires).value / 1000));
  return grant;
}

Checked<Orders::SignedManifest> Orders::open_manifest(std::string_view encoded) const {
  Envelope envelope;
  if (!decode_from(encoded, envelope))
    return Refusal{Reason::manifest_refused,
                   {ErrorKind::malformed, "manifest: its envelope does not parse"}};
  auto payload = keys_.open(envelope, manifest_envelope_type);
  if (!payload) return Refusal{Reason::manifest_refused, payload.error().in("manifest")};
  auto manifest = artifact::read_manifest(*payload);
  if (!manifest) return Refusal{Reason::manifest_refused, manifest.error()};
  return SignedManifest{std::move(*manifest), trust::sha256(*payload)};
}

Checked<StubOrder> Orders::open_stub(std::string_view encoded) const {
  Envelope envelope;
  if (!decode_from(encoded, envelope))
    return Refusal{Reason::helper_refused,
                   {ErrorKind::malformed, "stub order: its envelope does not parse"}};
  auto payload = keys_.open(envelope, stub_envelope_type);
  if (!payload) return Refusal{Reason::helper_refused, payload.error().in("stub order")};
  StubOrder order;
  if (!decode_from(*payload, order) || order.serial == 0 || order.size == 0 ||
      order.size > stub_bytes_max)
    return Refusal{Reason::helper_refused,
                   {ErrorKind::malformed,
                    fmt::format("stub order: it does not parse, its serial is missing, or its size "
                                "is outside 1 to {} bytes",
                                stub_bytes_max)}};
  return order;
}

}  // namespace drydock::boot
