#include "runtime/centre/edge.hpp"

#include <fmt/format.h>

#include "messages/codec.hpp"
#include "runtime/centre/replies.hpp"
#include "runtime/centre/route.hpp"
#include "runtime/trust/peer_identity.hpp"

namespace drydock::centre {

Result<http::Identity> identify_appliance(X509* certificate) {
  if (certificate == nullptr)
    return Error{ErrorKind::refused, "no client certificate; appliances are provisioned with one"};
  auto identity = trust::appliance_identity(*certificate);
  if (!identity) return identity.error();
  return http::Identity{identity->client + "/" + hex(identity->id.value), *identity};
}

Edge::Edge(Parts parts, trust::SigningKey order_key)
    : parts_(std::move(parts)), order_key_(std::move(order_key)) {}

void Edge::take(http::Request request, http::Responder responder) {
  if (request.path == "/v1/check-in") {
    if (request.method != "POST")
      return responder.send(refusal(405, "check-ins are sent with POST"));
    return check_in(request, std::move(responder));
  }
  responder.send(release_file(request));
}

void Edge::check_in(const http::Request& request, http::Responder responder) {
  const auto* who = request.identity<trust::ApplianceIdentity>();
  if (who == nullptr) return responder.send(refusal(403, "no appliance certificate"));
  if (!parts_.rate_limit->allows(who->id, parts_.wall()))
    return responder.send(
        refusal(429, fmt::format("more than {} check-ins within this minute; try again in the next",
                                 parts_.rate_limit->per_minute())));
  Gateway::RequestArrived arrived;
  if (!decode_from(request.body, arrived.check_in))
    return responder.send(
        refusal(400, "the body is no CheckIn; send one as messages/proto states it"));
  arrived.request = parts_.ids->next();
  arrived.certified = who->id;
  arrived.certified_client = {name_number(who->client)};
  if (arrived.check_in.facts.appliance == who->id)
    parts_.presence->seen(who->id, parts_.wall(), arrived.check_in.journal_head,
                          arrived.check_in.facts.window_opens);
  {
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= waiting_max) {
      lock.unlock();
      return responder.send(refusal(503, "too many check-ins wait; try again in a moment"));
    }
    waiting_.emplace(arrived.request, std::move(responder));
  }
  parts_.machines->tell(Gateway::Event{arrived});
}

std::optional<http::Responder> Edge::take_waiting(RequestId id) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return {};  // asked of an earlier process
  std::optional<http::Responder> responder(std::move(found->second));
  waiting_.erase(found);
  return responder;
}

void Edge::respond(const Gateway::Respond& effect) {
  auto responder = take_waiting(effect.request);
  if (!responder) return;
  SignedAnswer answer{effect.answer, {}};
  if (answer.answer.grant.kind != GrantKind::none)
    answer.order = order_key_.sign(grant_envelope_type, encode(answer.answer.grant));
  answer.answer.grant = {};
  http::Response response;
  response.status = 200;
  response.content_type = "application/x-protobuf";
  response.body = encode(answer);
  responder->send(std::move(response));
}

void Edge::refuse(const Gateway::Refuse& effect) {
  auto responder = take_waiting(effect.request);
  if (responder)
    responder->send(refusal(403,
                            "the check-in speaks of another appliance or client than the "
                            "certificate; provision this appliance anew"));
}

http::Response Edge::release_file(const http::Request& request) const {
  const auto parts = path_parts(request.path);
  const bool image = parts.size() == 4 && parts[3] == "image";
  const bool manifest = parts.size() == 4 && parts[3] == "manifest";
  Hash hash{};
  if ((!image && !manifest) || parts[0] != "v1" || parts[1] != "releases" ||
      !read_hex(parts[2], hash))
    return refusal(404,
                   "no such path; appliances have /v1/check-in and /v1/releases/<manifest "
                   "hash>/manifest and /image");
  if (request.method != "GET" && request.method != "HEAD")
    return refusal(405, "releases are read with GET or HEAD");
  auto file = image ? parts_.releases->image(hash) : parts_.releases->manifest(hash);
  if (!file) return refusal(file.error());
  http::Response response;
  response.status = 200;
  response.content_type = "application/octet-stream";
  response.file = http::FileBody{file->path, file->etag, image ? parts_.download_rate : 0};
  return response;
}

}  // namespace drydock::centre
