// Operators and releases.
#include <charconv>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <nlohmann/json.hpp>

#include "runtime/centre/operator_handlers.hpp"

namespace drydock::centre {
namespace {

Json release_json(const ReleaseSummary& release) {
  return {{"version", name_of(release.version)},
          {"manifest", hex(release.manifest)},
          {"hardware", release.hardware},
          {"image_size", release.image_size},
          {"chunks", release.chunks},
          {"have_chunks", release.have},
          {"complete", release.complete},
          {"published_ms", release.published.value},
          {"by", release.by}};
}

// A release is for every client, so one client's operators do not bring it.
std::optional<http::Response> not_for_all(const OperatorCall& call) {
  if (call.who.client == trust::all_clients) return {};
  return refusal(403, fmt::format("{} is an operator of client {} alone; releases are published by "
                                  "operators of every client",
                                  call.who.name, call.who.client));
}

std::optional<http::Response> disk_full(const OperatorParts& parts) {
  if (!parts.journal->disk_full()) return {};
  return refusal(503, "the centre's disk is full; free some room and try again");
}

}  // namespace

http::Response list_releases(const OperatorParts& parts, const OperatorCall&) {
  Json all = Json::array();
  for (const ReleaseSummary& release : parts.releases->list()) all.push_back(release_json(release));
  return reply(200, Json{{"releases", std::move(all)}});
}

http::Response publish_release(const OperatorParts& parts, const OperatorCall& call) {
  if (auto no = not_for_all(call)) return *no;
  if (auto no = disk_full(parts)) return *no;
  const auto published =
      parts.releases->publish(call.request.body, {parts.now().wall, call.who.name});
  if (!published) return refusal(published.error());
  spdlog::info("{} published release {}", call.who.name, name_of(published->version));
  return reply(201, Json{{"manifest", hex(published->manifest)},
                         {"version", name_of(published->version)},
                         {"missing_chunks", published->missing}});
}

http::Response put_chunk(const OperatorParts& parts, const OperatorCall& call) {
  if (auto no = not_for_all(call)) return *no;
  if (auto no = disk_full(parts)) return *no;
  Hash manifest{};
  if (!read_hex(call.path[2], manifest))
    return refusal(400, "a release is named by the 64 hex digits of its manifest's hash");
  const std::string_view digits = call.path[4];
  std::uint32_t chunk = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), chunk);
  if (failed != std::errc() || end != digits.data() + digits.size())
    return refusal(400, "a chunk is named by its number, from 0");
  const auto missing = parts.releases->put(manifest, chunk, call.request.body);
  if (!missing) return refusal(missing.error());
  if (*missing == 0) spdlog::info("release {} is complete", hex(manifest));
  return reply(200, Json{{"missing", *missing}});
}

}  // namespace drydock::centre
