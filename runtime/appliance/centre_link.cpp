#include "runtime/appliance/centre_link.hpp"

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/artifact/manifest.hpp"
#include "runtime/trust/sha256.hpp"

namespace drydock::appliance {
namespace {

Error of_status(const http::ClientResponse& response, const std::string& target) {
  const bool busy = response.status >= 500;
  return {busy ? ErrorKind::unreachable : ErrorKind::refused,
          fmt::format("{} answered {}: {}", target, response.status, response.body.substr(0, 200))};
}

}  // namespace

Result<Grant> open_grant(const trust::KeyRing& keys, const Envelope& envelope) {
  auto payload = keys.open(envelope, grant_envelope_type);
  if (!payload) return payload.error();
  Grant grant;
  if (!decode_from(*payload, grant)) return Error{ErrorKind::malformed, "the grant does not parse"};
  return grant;
}

Result<CheckInReply> CentreLink::check_in(const CheckIn& message) {
  const std::string target = "/v1/check-in";
  auto response = client_->send("POST", target, encode(message), "application/x-protobuf");
  if (!response) return response.error();
  if (response->status != 200) return of_status(*response, target);
  SignedAnswer signed_answer;
  if (!decode_from(response->body, signed_answer))
    return Error{ErrorKind::malformed, "the centre's answer does not parse"};
  CheckInReply reply;
  reply.answer = signed_answer.answer;
  reply.answer.grant = {};  // only a signature makes one
  if (!signed_answer.order) return reply;
  auto grant = open_grant(keys_, *signed_answer.order);
  if (!grant) {
    reply.denied =
        OrderDenied{{}, message.facts.rollout, message.facts.update, {}, Reason::foreign};
    return reply;
  }
  if (auto kept = orders_.keep(hex(grant->order.value), *signed_answer.order); !kept)
    return kept.error().in("keeping the order");
  reply.answer.grant = *grant;
  return reply;
}

Result<Envelope> fetch_manifest(http::Client& client, const trust::KeyRing& keys,
                                const Hash& hash) {
  const std::string target = "/v1/releases/" + hex(hash) + "/manifest";
  auto response = client.send("GET", target, {}, {});
  if (!response) return response.error();
  if (response->status != 200) return of_status(*response, target);
  Envelope envelope;
  if (!decode_from(response->body, envelope))
    return Error{ErrorKind::malformed, target + " is no signed document"};
  if (auto manifest = open_manifest(keys, envelope, hash); !manifest) return manifest.error();
  return envelope;
}

Result<Manifest> open_manifest(const trust::KeyRing& keys, const Envelope& envelope,
                               const Hash& hash) {
  auto payload = keys.open(envelope, manifest_envelope_type);
  if (!payload) return Error{ErrorKind::refused, payload.error().text};
  if (trust::sha256(*payload) != hash)
    return Error{ErrorKind::mismatch, "the manifest is not the one the grant names"};
  auto manifest = artifact::read_manifest(*payload);
  if (!manifest) return Error{ErrorKind::refused, manifest.error().text};
  return manifest;
}

}  // namespace drydock::appliance
